// Splits a body of one JSON object per line (NDJSON) into its lines.

import type { KeptTree } from "./kept-tree.ts";
import type { QuietEvents } from "./quiet-events.ts";
import { SparseJson } from "./sparse-json.ts";
import type { Splitter } from "./splitter.ts";
import type { UsageEvents } from "./usage-events.ts";

const LF = 0x0a;

/** A line that is no JSON object costs that line only. */
export class JsonLines implements Splitter {
  readonly #events: UsageEvents;
  readonly #kept: KeptTree;
  readonly #quiet: QuietEvents;
  /** The line so far; `undefined`: it has no bytes yet. */
  #json: SparseJson | undefined = undefined;

  constructor(events: UsageEvents, kept: KeptTree) {
    this.#events = events;
    this.#kept = kept;
    this.#quiet = kept.quietLines;
  }

  push(chunk: Buffer): void {
    this.#quiet.begin(chunk);
    let at = 0;
    while (at < chunk.length) {
      if (this.#json === undefined && this.#events.maySkip) at = this.#quiet.pass(at);
      const found = chunk.indexOf(LF, at);
      const end = found === -1 ? chunk.length : found;
      if (end > at) this.#takeBytes(chunk.subarray(at, end));
      if (found === -1) break;
      this.#endLine();
      at = end + 1;
    }
    this.#quiet.end();
  }

  end(complete: boolean): boolean {
    if (complete) this.#endLine();
    return complete;
  }

  #takeBytes(bytes: Buffer): void {
    this.#json ??= new SparseJson(this.#kept.root);
    this.#json.pushOnly(bytes);
  }

  #endLine(): void {
    if (this.#json !== undefined) this.#events.take(undefined, this.#json);
    this.#json = undefined;
  }
}
