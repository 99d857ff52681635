// What does a command touch of the world? The one place that turns the process into values, so that tests can pass others.

import { readFileSync } from "node:fs";
import type { CompilerHost, FileRead } from "../compiler/index.ts";
import { readWholeFile } from "./files.ts";
import { version } from "./version.ts";

export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Environment and files. Never throws; relative paths are taken from the working directory. */
  readonly host: CompilerHost;
  readStdin(): Promise<FileRead>;
  /** Standard output is a terminal that takes colours. */
  readonly color: boolean;
  /** The same of standard error. */
  readonly stderrColor: boolean;
  readonly version: string;
}

export function processIo(): Io {
  const plain = process.env["NO_COLOR"] !== undefined && process.env["NO_COLOR"] !== "";
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    host: { env: (name) => process.env[name], readFile: readWholeFile, now: () => Date.now() },
    readStdin: async () => readStandardInput(),
    color: process.stdout.isTTY === true && !plain,
    stderrColor: process.stderr.isTTY === true && !plain,
    version: version(),
  };
}

function readStandardInput(): FileRead {
  try {
    return { ok: true, bytes: readFileSync(0) };
  } catch (err) {
    return { ok: false, reason: (err as NodeJS.ErrnoException).code ?? "unreadable" };
  }
}
