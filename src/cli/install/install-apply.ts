// Carries out one action of an installation and says what it did. Carrying it out a second time changes nothing.

import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Action } from "./install-plan.ts";

/** What an action did, or would do in a dry run. */
export type ActionResult = "made" | "updated" | "unchanged" | "kept" | "removed" | "not there" | "run";

/** Carries out an action. @param dry only says what it would do. @throws Error with a plain message when it fails */
export function apply(action: Action, dry: boolean): ActionResult {
  switch (action.kind) {
    case "folder":
      return folder(action.path, action.mode, dry);
    case "file":
      return file(action, dry);
    case "remove":
      return remove(action.path, dry);
    case "left":
      return exists(action.path) ? "kept" : "not there";
    case "systemctl":
      if (action.ifThere !== undefined && !exists(action.ifThere)) return "not there";
      if (!dry) systemctl(action.args);
      return "run";
  }
}

function folder(path: string, mode: number, dry: boolean): ActionResult {
  if (exists(path)) {
    if (!statSync(path).isDirectory()) throw new Error(`${path} exists and is not a folder`);
    return "kept";
  }
  // The mode is set explicitly, because the installing user's umask could make the folder unreadable for the service.
  if (!dry) {
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
  }
  return "made";
}

function file({ path, mode, content, keep }: Extract<Action, { kind: "file" }>, dry: boolean): ActionResult {
  const existed = exists(path);
  if (existed && keep) return "kept";
  if (existed && readFileSync(path, "utf8") === content) return "unchanged";
  if (!dry) write(path, mode, content);
  return existed ? "updated" : "made";
}

/** Writes the file completely or not at all. At no time can more users read it than `mode` allows. */
function write(path: string, mode: number, content: string): void {
  const draft = `${path}.new-${process.pid}`;
  try {
    writeFileSync(draft, content, { mode: 0o600, flag: "wx" });
    chmodSync(draft, mode);
    renameSync(draft, path);
  } catch (err) {
    rmSync(draft, { force: true });
    throw new Error(`can't write ${path} in ${dirname(path)}: ${(err as NodeJS.ErrnoException).code ?? String(err)}`);
  }
}

function remove(path: string, dry: boolean): ActionResult {
  if (!exists(path)) return "not there";
  if (!dry) rmSync(path);
  return "removed";
}

function systemctl(args: readonly string[]): void {
  const { status, error, stderr } = spawnSync("systemctl", [...args], { encoding: "utf8" });
  const why = error === undefined ? stderr.trim() : error.message;
  if (error !== undefined || status !== 0) throw new Error(`systemctl ${args.join(" ")}: ${why}`);
}

/** Whether a systemd service is running. */
export function isActive(service: string): boolean {
  return spawnSync("systemctl", ["is-active", "--quiet", service]).status === 0;
}

/** Also true for a link, even a broken one: the operator made it. */
function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
