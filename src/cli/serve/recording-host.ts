// Records which files and variables a config was compiled from. Of files it keeps a hash, to detect later whether their contents changed.

import { createHash } from "node:crypto";
import type { CompilerHost, FileRead } from "../../compiler/index.ts";

/** A compiler host that remembers what it was asked for. */
export class RecordingHost implements CompilerHost {
  readonly #host: CompilerHost;
  readonly #read = new Map<string, string>();
  readonly #asked = new Set<string>();

  constructor(host: CompilerHost) {
    this.#host = host;
  }

  env(name: string): string | undefined {
    this.#asked.add(name);
    return this.#host.env(name);
  }

  /** Whether this environment variable was asked for so far. */
  asked(name: string): boolean {
    return this.#asked.has(name);
  }

  readFile(path: string): FileRead {
    const read = this.#host.readFile(path);
    this.#read.set(path, digest(read));
    return read;
  }

  /** Reads these files again and remembers their present contents: this process has just written them. */
  renew(paths: readonly string[]): void {
    for (const path of paths) this.readFile(path);
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
