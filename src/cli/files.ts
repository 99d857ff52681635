// How does a command read a file? Whole, or with a reason in plain words; never a pipe or a device that could block.

import { readFileSync, statSync } from "node:fs";
import type { FileRead } from "../compiler/index.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a part of its path is not a folder",
  ELOOP: "too many symbolic links",
};

/** Reads a regular file. Relative paths are taken from the working directory. */
export function readWholeFile(path: string): FileRead {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { ok: false, reason: stat.isDirectory() ? "it is a folder" : "not a regular file" };
    return { ok: true, bytes: readFileSync(path) };
  } catch (err) {
    const code = (err as NodeJS.ErrnoException).code ?? "";
    return { ok: false, reason: REASONS[code] ?? (code || "unreadable") };
  }
}
