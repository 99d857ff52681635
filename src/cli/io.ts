// Gives commands what they need of the process (output, files, environment) as one value, so that tests can pass another.

import { readFileSync } from "node:fs";
import type { CompilerHost, FileRead } from "../compiler/index.ts";
import { readWholeFile } from "./files.ts";

export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Reads the environment and files. Never throws. Relative paths are taken from the working directory. */
  readonly host: CompilerHost;
  readStdin(): Promise<FileRead>;
  /** Whether standard output is a terminal that shows colours. */
  readonly color: boolean;
  /** Whether standard error is one. */
  readonly stderrColor: boolean;
  readonly version: string;
}

/** The `Io` of the running process. */
export function processIo(): Io {
  // See https://no-color.org.
  const plain = process.env["NO_COLOR"] !== undefined && process.env["NO_COLOR"] !== "";
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    host: { env: (name) => process.env[name], readFile: readWholeFile, now: () => Date.now() },
    readStdin: async () => readStandardInput(),
    // Only where it is asked for: to look at a pipe sets it to never block, and a worker's log is slower then.
    get color() {
      return process.stdout.isTTY === true && !plain;
    },
    get stderrColor() {
      return process.stderr.isTTY === true && !plain;
    },
    version: version(),
  };
}

/** The version in package.json. */
export function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function readStandardInput(): FileRead {
  try {
    return { ok: true, bytes: readFileSync(0) };
  } catch (err) {
    return { ok: false, reason: (err as NodeJS.ErrnoException).code ?? "unreadable" };
  }
}
