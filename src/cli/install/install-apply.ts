// How is one action of a set-up done, and what happened to its path? Done twice it changes nothing more.

import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Action } from "./install-plan.ts";

/** What happened, or would happen, in one word. */
export type Happened = "made" | "updated" | "unchanged" | "kept" | "removed" | "not there" | "run";

/** @param dry only say what would happen. @throws Error with a plain message when it can't be done */
export function apply(action: Action, dry: boolean): Happened {
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

function folder(path: string, mode: number, dry: boolean): Happened {
  if (exists(path)) {
    if (!statSync(path).isDirectory()) throw new Error(`${path} is there and no folder`);
    return "kept";
  }
  // The umask of whoever installs must not shut the service out.
  if (!dry) {
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
  }
  return "made";
}

function file({ path, mode, content, keep }: Extract<Action, { kind: "file" }>, dry: boolean): Happened {
  const there = exists(path);
  if (there && keep) return "kept";
  if (there && readFileSync(path, "utf8") === content) return "unchanged";
  if (!dry) write(path, mode, content);
  return there ? "updated" : "made";
}

/** Whole or not at all, and never readable by more than `mode` says, not for a moment. */
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

function remove(path: string, dry: boolean): Happened {
  if (!exists(path)) return "not there";
  if (!dry) rmSync(path);
  return "removed";
}

function systemctl(args: readonly string[]): void {
  const { status, error, stderr } = spawnSync("systemctl", [...args], { encoding: "utf8" });
  const why = error === undefined ? stderr.trim() : error.message;
  if (error !== undefined || status !== 0) throw new Error(`systemctl ${args.join(" ")}: ${why}`);
}

/** Whether a service runs now. */
export function isActive(service: string): boolean {
  return spawnSync("systemctl", ["is-active", "--quiet", service]).status === 0;
}

/** A link counts, also one to nowhere: it is the operator's. */
function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
