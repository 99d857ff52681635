// Runs `--install` and `--uninstall`: checks the preconditions, then carries out the actions and prints what each did
// (contract, section 10).

import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Io } from "../io.ts";
import { apply, isActive } from "./install-apply.ts";
import {
  type Action,
  installActions,
  nextCommand,
  type ProgramPaths,
  SERVICE,
  uninstallActions,
} from "./install-plan.ts";

export interface InstallOptions {
  readonly kind: "install" | "uninstall";
  /** Prints what would be done, but does nothing. */
  readonly dryRun: boolean;
  /** Works below this folder and does not call systemd, for package tools and tests. */
  readonly root: string | undefined;
}

/** What an installation needs to know about the machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  /** Effective user id; `undefined` where there is none. */
  readonly uid: number | undefined;
  /** Whether systemd is running. */
  readonly systemd: boolean;
  readonly program: ProgramPaths;
}

const PACKAGE = fileURLToPath(new URL("../../..", import.meta.url));

/** Installs or uninstalls the service. @returns the exit code: 0 for success, 1 for failure, with the reason on standard error */
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
    for (const action of actions) io.stdout(`${resultLine(apply(action, options.dryRun), action)}\n`);
  } catch (err) {
    io.stderr(`ai-gw-lite: ${err instanceof Error ? err.message : String(err)}\n`);
    return 1;
  }
  io.stdout(`next: ${nextCommand(options.kind, root === "" && isActive(SERVICE))}\n`);
  return 0;
}

function resultLine(result: string, action: Action): string {
  const what = action.kind === "systemctl" ? `systemctl ${action.args.join(" ")}` : action.path;
  return `${result.padEnd(9)} ${what}`;
}

/** The reason why it can't be done, as a sentence whose subject is the option. @returns undefined when it can be done */
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

/** The service runs as its own user with its own `/tmp`, so that user must be able to read Node and the program. */
function hiddenFromService({ node, cli }: ProgramPaths): string | undefined {
  for (const path of [node, cli]) {
    if (/^\/(var\/)?tmp\//.test(path)) return `would run ${path}, which the service can't see: it has its own /tmp`;
    const closed = firstUnreadable(path);
    if (closed !== undefined) {
      return `would run ${path}, which the service's user can't read (${closed}): install Node and this package for all users`;
    }
  }
  return undefined;
}

/** The path itself or the nearest folder above it that other users can't read or enter. */
function firstUnreadable(path: string): string | undefined {
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
