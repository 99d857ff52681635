// What does a command touch of the world? The one place that turns the process into values, so that tests can pass others.

import { readFileSync } from "node:fs";
import type { FileRead } from "../compiler/host.ts";
import { readWholeFile } from "./files.ts";

export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  env(name: string): string | undefined;
  /** Never throws; relative paths are taken from the working directory. */
  readFile(path: string): FileRead;
  readStdin(): FileRead;
  /** Whether standard output, or standard error, wants colours. */
  readonly colour: { readonly stdout: boolean; readonly stderr: boolean };
}

export function processIo(): Io {
  const plain = process.env["NO_COLOR"] !== undefined && process.env["NO_COLOR"] !== "";
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env: (name) => process.env[name],
    readFile: readWholeFile,
    readStdin,
    colour: { stdout: process.stdout.isTTY === true && !plain, stderr: process.stderr.isTTY === true && !plain },
  };
}

function readStdin(): FileRead {
  try {
    return { ok: true, bytes: readFileSync(0) };
  } catch (err) {
    return { ok: false, reason: (err as NodeJS.ErrnoException).code ?? "unreadable" };
  }
}
