// Keeps what was read of a request body, so that the request can be sent again: on a fresh connection (contract, section 4,
// "A pooled connection that turns out stale"), or as another attempt (contract, section 7).

import { ChunkList } from "../body/chunk-list.ts";
import type { Framing } from "../headers/request-head.ts";

/** A body of up to this size is kept where no retry says otherwise, bytes. */
export const KEEP_BYTES = 1024 * 1024;

/** More than this is kept only while a replay is possible. Less is kept until the response begins: a timer would cost more. */
const FREE_EARLY_BYTES = 64 * 1024;

/** Whether the whole of a body can be kept. A chunked one may become too large. */
export function canBeKept(framing: Framing, maxBytes: number): boolean {
  return framing.kind === "none" || (framing.kind === "length" && Number(framing.length) <= maxBytes);
}

export class KeptBody {
  readonly #maxBytes: number;
  readonly #usefulMs: number | undefined;
  #kept: ChunkList | undefined = new ChunkList();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined = undefined;

  /**
   * @param maxBytes a body that becomes larger is not kept
   * @param usefulMs after this time the request is not sent again, ms; `undefined`: it may be until the response begins
   */
  constructor(maxBytes: number, usefulMs: number | undefined) {
    this.#maxBytes = maxBytes;
    this.#usefulMs = usefulMs;
  }

  /** What was added so far, in order; `undefined` once it was dropped. */
  get chunks(): readonly Buffer[] | undefined {
    return this.#kept?.chunks;
  }

  /** It is larger than what may be kept once a part of it was sent. */
  get isTooLarge(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  /**
   * Keeps a chunk.
   * @param sent the body is being sent. When it becomes too large then, all of it is dropped
   */
  add(chunk: Buffer, sent: boolean): void {
    if (this.#kept === undefined || chunk.length === 0) return;
    this.#bytes += chunk.length;
    if (sent && this.isTooLarge) return this.drop();
    this.#kept.add(chunk);
    if (this.#usefulMs === undefined || this.#bytes <= FREE_EARLY_BYTES) return;
    this.#timer ??= setTimeout(() => this.drop(), this.#usefulMs);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#kept = undefined;
  }
}
