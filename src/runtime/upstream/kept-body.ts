// Keeps what was read of a request body, so that the request can be sent once more on a fresh connection
// (contract, section 4, "A pooled connection that turns out stale").

import type { Framing } from "../headers/request-head.ts";

/** A body of up to this size is kept, bytes. */
const KEEP_BYTES = 1024 * 1024;

/** More than this is kept only while a replay is possible. Less is kept until the response begins: a timer would cost more. */
const FREE_EARLY_BYTES = 64 * 1024;

/** Whether the whole of a body can be kept. A chunked one may become too large. */
export function canBeKept(framing: Framing): boolean {
  return framing.kind === "none" || (framing.kind === "length" && Number(framing.length) <= KEEP_BYTES);
}

export class KeptBody {
  readonly #usefulMs: number;
  #chunks: Buffer[] | undefined = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined = undefined;

  /** @param usefulMs after this time the request is not sent again, ms */
  constructor(usefulMs: number) {
    this.#usefulMs = usefulMs;
  }

  /** What was added so far, in order; `undefined` once it was dropped. */
  get chunks(): readonly Buffer[] | undefined {
    return this.#chunks;
  }

  /** Keeps a chunk, by reference. When the body becomes too large, all of it is dropped. */
  add(chunk: Buffer): void {
    if (this.#chunks === undefined || chunk.length === 0) return;
    this.#bytes += chunk.length;
    if (this.#bytes > KEEP_BYTES) return this.drop();
    this.#chunks.push(chunk);
    if (this.#bytes > FREE_EARLY_BYTES) this.#timer ??= setTimeout(() => this.drop(), this.#usefulMs);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#chunks = undefined;
  }
}
