// Reads a whole regular file, or says in plain words why it can't be read. It never opens a pipe or a device, which could block.

import { readFileSync, statSync } from "node:fs";
import type { FileRead } from "../compiler/index.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a part of its path is not a folder",
  ELOOP: "too many symbolic links",
};

/** Reads a regular file. Never throws. @param path relative paths are taken from the working directory */
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
