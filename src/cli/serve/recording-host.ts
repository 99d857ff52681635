// What was a config made of? Its file and every file it names, each by what was in it, so that a change can be told from a touch.

import { createHash } from "node:crypto";
import type { CompilerHost, FileRead } from "../../compiler/index.ts";

/** A compiler host that remembers what it read. */
export class RecordingHost implements CompilerHost {
  readonly #host: CompilerHost;
  readonly #read = new Map<string, string>();

  constructor(host: CompilerHost) {
    this.#host = host;
  }

  env(name: string): string | undefined {
    return this.#host.env(name);
  }

  readFile(path: string): FileRead {
    const read = this.#host.readFile(path);
    this.#read.set(path, digest(read));
    return read;
  }

  /** The files read so far. */
  get paths(): readonly string[] {
    return [...this.#read.keys()];
  }

  /** Whether any of them now holds something else. */
  differs(): boolean {
    return [...this.#read].some(([path, before]) => digest(this.#host.readFile(path)) !== before);
  }
}

/** SHA-256 of the bytes: what a file holds may be a secret. */
function digest(read: FileRead): string {
  return read.ok ? createHash("sha256").update(read.bytes).digest("hex") : read.reason;
}
