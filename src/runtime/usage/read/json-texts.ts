// Splits a JSON body into its objects: one, several one after the other, or an array of them that is sent in pieces.

import { isBlank } from "../../model/json-bytes.ts";
import type { KeptTree } from "./kept-tree.ts";
import { SparseJson } from "./sparse-json.ts";
import type { Splitter } from "./splitter.ts";
import type { UsageEvents } from "./usage-events.ts";

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;

const BETWEEN = 0;
const AFTER_ARRAY = 1;
/** Where the next object would begin can't be known. */
const MALFORMED = 2;

export class JsonTexts implements Splitter {
  readonly #events: UsageEvents;
  readonly #kept: KeptTree;
  #state = BETWEEN;
  /** The object so far; `undefined` outside of objects. */
  #json: SparseJson | undefined = undefined;
  #isArray = false;
  #objects = 0;

  constructor(events: UsageEvents, kept: KeptTree) {
    this.#events = events;
    this.#kept = kept;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#state !== MALFORMED) {
      if (this.#json !== undefined) at = this.#inObject(this.#json, chunk, at);
      else at = this.#between(chunk[at] as number, at);
    }
  }

  /** What an object that was cut off holds is not handed on. */
  end(complete: boolean): boolean {
    return complete && this.#json === undefined && this.#state === (this.#isArray ? AFTER_ARRAY : BETWEEN);
  }

  #inObject(json: SparseJson, chunk: Buffer, from: number): number {
    const at = json.push(chunk, from);
    if (json.isDone) {
      this.#events.take(undefined, json);
      this.#objects++;
      this.#json = undefined;
    } else if (json.isMalformed) this.#state = MALFORMED;
    return at;
  }

  #between(byte: number, at: number): number {
    if (isBlank(byte)) return at + 1;
    if (this.#state === AFTER_ARRAY) this.#state = MALFORMED;
    else if (byte === OPEN_BRACE) {
      this.#json = new SparseJson(this.#kept.root);
      return at;
    } else if (byte === OPEN_BRACKET && !this.#isArray && this.#objects === 0) this.#isArray = true;
    else if (byte === CLOSE_BRACKET && this.#isArray) this.#state = AFTER_ARRAY;
    else if (byte !== COMMA || !this.#isArray || this.#objects === 0) this.#state = MALFORMED;
    return at + 1;
  }
}
