// Records which files a config was compiled from, by a hash of their contents, to detect later whether the contents changed.

import { createHash } from "node:crypto";
import type { CompilerHost, FileRead } from "../../compiler/index.ts";

/** A compiler host that remembers the files it read. */
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

  /** The paths of the files read so far. */
  get paths(): readonly string[] {
    return [...this.#read.keys()];
  }

  /** Reads the files again. @returns whether that gives another result for any of them */
  differs(): boolean {
    return [...this.#read].some(([path, before]) => digest(this.#host.readFile(path)) !== before);
  }
}

/** The SHA-256 of the contents. They are not kept themselves, because they may be a secret. */
function digest(read: FileRead): string {
  return read.ok ? createHash("sha256").update(read.bytes).digest("hex") : read.reason;
}
