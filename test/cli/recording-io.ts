// Gives a command an `Io` with files and variables of the test, and keeps what the command prints.

import type { Io } from "../../src/cli/io.ts";
import type { FileRead } from "../../src/compiler/index.ts";

export interface RecordingIo {
  readonly io: Io;
  readonly printed: { out: string; err: string };
}

export interface World {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Without it, standard input can't be read. */
  readonly stdin?: string;
}

export function recordingIo({ files = {}, env = {}, stdin }: World = {}): RecordingIo {
  const printed = { out: "", err: "" };
  const read = (text: string | undefined): FileRead =>
    text === undefined ? { ok: false, reason: "no such file" } : { ok: true, bytes: new TextEncoder().encode(text) };
  const io: Io = {
    stdout: (text) => {
      printed.out += text;
    },
    stderr: (text) => {
      printed.err += text;
    },
    host: { env: (name) => env[name], readFile: (path) => read(files[path]) },
    readStdin: async () => read(stdin),
    color: false,
    stderrColor: false,
    version: "1.2.3",
  };
  return { io, printed };
}
