// How does a command read files? Whole, or with a reason in plain words; never a pipe or a device that could block.

import { readFileSync, statSync } from "node:fs";
import type { CompilerHost, FileRead } from "../compiler/host.ts";
import { type Source, sourceFromBytes } from "../compiler/source.ts";
import type { Io } from "./io.ts";

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

/** Reads a config file; `-` is standard input. */
export function readSource(
  file: string,
  io: Io,
): { readonly ok: true; readonly source: Source } | { readonly ok: false; readonly reason: string } {
  const read = file === "-" ? io.readStdin() : io.readFile(file);
  return read.ok ? { ok: true, source: sourceFromBytes(file === "-" ? "<stdin>" : file, read.bytes) } : read;
}

/** What the compiler may ask, answered by this process. */
export function compilerHost(io: Io): CompilerHost {
  return { env: (name) => io.env(name), readFile: (path) => io.readFile(path) };
}
