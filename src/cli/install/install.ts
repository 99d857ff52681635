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

/**
 * Installs or uninstalls the service.
 * @returns the exit code: 0 for success, 1 for failure, with the reason on standard error. A dry run that shows the actions, but names
 *   a reason why the real run would refuse them, is a failure, too
 */
export function install(options: InstallOptions, io: Pick<Io, "stdout" | "stderr">, machine = thisMachine()): 0 | 1 {
  const root = options.root === undefined ? "" : resolve(options.root);
  const impossible = whyImpossible(options, machine);
  // The program's own path has no links in it, so the folder that it is compared with must have none either.
  const realRoot = impossible === undefined && root !== "" ? realpathSync(root) : root;
  const refusals = impossible === undefined ? whyRefused(options, realRoot, machine) : [impossible];
  if (impossible !== undefined || (refusals.length > 0 && !options.dryRun)) {
    io.stderr(`ai-gw-lite: --${options.kind} ${refusals[0]}\n`);
    return 1;
  }
  const template = (name: string): string => readFileSync(resolve(PACKAGE, "config", name), "utf8");
  const facts = { root, program: programIn(realRoot, machine.program), template };
  const actions = options.kind === "install" ? installActions(facts) : uninstallActions(facts);
  if (options.dryRun) io.stdout("dry run, nothing is changed:\n");
  try {
    for (const action of actions) io.stdout(`${resultLine(apply(action, options.dryRun), action)}\n`);
  } catch (err) {
    io.stderr(`ai-gw-lite: ${err instanceof Error ? err.message : String(err)}\n`);
    return 1;
  }
  for (const refusal of refusals) io.stderr(`would refuse: --${options.kind} ${refusal}\n`);
  if (refusals.length > 0) return 1;
  io.stdout(`next: ${nextCommand(options.kind, root, root === "" && isActive(SERVICE))}\n`);
  return 0;
}

function resultLine(result: string, action: Action): string {
  const what = action.kind === "systemctl" ? `systemctl ${action.args.join(" ")}` : action.path;
  return `${result.padEnd(9)} ${what}`;
}

// The reasons below are sentences whose subject is the option.

/** Why there is nothing that even a dry run could show; `undefined` when there is. */
function whyImpossible({ root }: InstallOptions, { platform }: Machine): string | undefined {
  if (platform !== "linux")
    return `needs Linux with systemd; this is ${platform}. Run \`ai-gw-lite serve\` under a supervisor instead`;
  return root === undefined || existsSync(root) ? undefined : `--root ${root}: no such folder`;
}

/** Every reason why the real run refuses. */
function whyRefused({ kind }: InstallOptions, root: string, { uid, systemd, program }: Machine): string[] {
  const refusals: string[] = [];
  if (root === "" && uid !== 0) refusals.push("needs root: run it with sudo");
  if (root === "" && !systemd) {
    refusals.push("needs systemd, which does not run here. Run `ai-gw-lite serve` under a supervisor instead");
  }
  const hidden = kind === "install" ? hiddenFromService(root, program) : undefined;
  if (hidden !== undefined) refusals.push(hidden);
  return refusals;
}

/** The paths as the unit names them: a program below the root folder runs without that folder later. */
function programIn(root: string, { node, cli }: ProgramPaths): ProgramPaths {
  const later = (path: string): string => (root !== "" && isBelow(root, path) ? path.slice(root.length) : path);
  return { node: later(node), cli: later(cli) };
}

/** The service runs as its own user with its own `/tmp`, so that user must be able to read Node and the program. */
function hiddenFromService(root: string, program: ProgramPaths): string | undefined {
  const later = programIn(root, program);
  for (const name of ["node", "cli"] as const) {
    const [path, at] = [later[name], program[name]];
    if (/^\/(var\/)?tmp\//.test(path)) return `would run ${path}, which the service can't see: it has its own /tmp`;
    const closed = firstUnreadable(at, path === at ? "/" : root);
    if (closed !== undefined) {
      return `would run ${path}, which the service's user can't read (${closed}): install Node and this package for all users`;
    }
  }
  return undefined;
}

/** The path itself or the nearest folder between it and `top` that other users can't read or enter. */
function firstUnreadable(path: string, top: string): string | undefined {
  for (let at = path; at !== top; at = dirname(at)) {
    const needed = at === path ? 0o004 : 0o001;
    const stat = statSync(at, { throwIfNoEntry: false });
    if (stat !== undefined && (stat.mode & needed) === 0) return at;
  }
  return undefined;
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`);
}

function thisMachine(): Machine {
  return {
    platform: process.platform,
    uid: process.geteuid?.(),
    systemd: existsSync("/run/systemd/system"),
    program: { node: process.execPath, cli: realpathSync(resolve(PACKAGE, "bin/ai-gw-lite.js")) },
  };
}
