// How does the gateway become a systemd service? Preconditions, then a list of actions, each told with what happened
// (contract, section 10).

import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Io } from "../io.ts";
import { apply, isActive } from "./install-apply.ts";
import { type Action, installActions, nextCommand, SERVICE, uninstallActions } from "./install-plan.ts";
import type { ProgramPaths } from "./install-unit.ts";

export interface InstallOptions {
  readonly kind: "install" | "uninstall";
  /** Say what would be done, do nothing. */
  readonly dryRun: boolean;
  /** Work below this folder, for package tools and tests; systemd is then left alone. */
  readonly root: string | undefined;
}

/** What the set-up needs to know of the machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  /** Effective user id; `undefined` where there is none. */
  readonly uid: number | undefined;
  /** systemd is what runs this machine. */
  readonly systemd: boolean;
  readonly program: ProgramPaths;
}

const PACKAGE = fileURLToPath(new URL("../../..", import.meta.url));

/** Sets the service up or takes it back. @returns the exit code: 0 done, 1 it can't be done, with the reason on standard error */
export function install(options: InstallOptions, io: Pick<Io, "stdout" | "stderr">, machine = thisMachine()): 0 | 1 {
  const obstacle = whyNot(options, machine);
  if (obstacle !== undefined) {
    io.stderr(`ai-gw-lite: --${options.kind} ${obstacle}\n`);
    return 1;
  }
  const root = options.root === undefined ? "" : resolve(options.root);
  const template = (name: string): string => readFileSync(resolve(PACKAGE, "config", name), "utf8");
  const facts = { root, program: machine.program, template };
  const actions = options.kind === "install" ? installActions(facts) : uninstallActions(facts);
  if (options.dryRun) io.stdout("dry run, nothing is changed:\n");
  try {
    for (const action of actions) io.stdout(`${label(apply(action, options.dryRun), action)}\n`);
  } catch (err) {
    io.stderr(`ai-gw-lite: ${err instanceof Error ? err.message : String(err)}\n`);
    return 1;
  }
  io.stdout(`next: ${nextCommand(options.kind, root === "" && isActive(SERVICE))}\n`);
  return 0;
}

function label(happened: string, action: Action): string {
  const what = action.kind === "systemctl" ? `systemctl ${action.args.join(" ")}` : action.path;
  return `${happened.padEnd(9)} ${what}`;
}

/** What stands in the way, to be read after the option's name. */
function whyNot(
  { kind, dryRun, root }: InstallOptions,
  { platform, uid, systemd, program }: Machine,
): string | undefined {
  if (platform !== "linux")
    return `needs Linux with systemd; this is ${platform}. Run \`ai-gw-lite serve\` under a supervisor instead`;
  if (root !== undefined) return existsSync(root) ? undefined : `--root ${root}: no such folder`;
  if (dryRun) return undefined;
  if (uid !== 0) return "needs root: run it with sudo, or add --dry-run to see what it would do";
  if (!systemd) return "needs systemd, which does not run here. Run `ai-gw-lite serve` under a supervisor instead";
  return kind === "install" ? hiddenFromService(program) : undefined;
}

/** The service has a user of its own and a `/tmp` of its own: what it is made of must be where that user can read it. */
function hiddenFromService({ node, cli }: ProgramPaths): string | undefined {
  for (const path of [node, cli]) {
    if (/^\/(var\/)?tmp\//.test(path)) return `would run ${path}, which the service can't see: it has its own /tmp`;
    const closed = closedFolder(path);
    if (closed !== undefined) {
      return `would run ${path}, which the service's user can't read (${closed}): install Node and this package for all users`;
    }
  }
  return undefined;
}

function closedFolder(path: string): string | undefined {
  for (let at = path; ; at = dirname(at)) {
    const needed = at === path ? 0o004 : 0o001;
    if ((statSync(at).mode & needed) === 0) return at;
    if (at === dirname(at)) return undefined;
  }
}

function thisMachine(): Machine {
  return {
    platform: process.platform,
    uid: process.geteuid?.(),
    systemd: existsSync("/run/systemd/system"),
    program: { node: process.execPath, cli: realpathSync(resolve(PACKAGE, "bin/ai-gw-lite.js")) },
  };
}
