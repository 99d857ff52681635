// Takes a JSON body apart: one object, several one behind the other, or an array of them that is sent in pieces.

import { isBlank } from "../../model/json-bytes.ts";
import type { KeptTree } from "./kept-tree.ts";
import { SparseJson } from "./sparse-json.ts";
import type { Splitter } from "./splitter.ts";
import type { ToldEvents } from "./told-events.ts";

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;

const BETWEEN = 0;
const IN_OBJECT = 1;
const AFTER_ARRAY = 2;
/** Where the next object would begin can't be known. */
const MALFORMED = 3;

export class JsonTexts implements Splitter {
  readonly #events: ToldEvents;
  readonly #json: SparseJson;
  #state = BETWEEN;
  #isArray = false;
  #objects = 0;

  constructor(events: ToldEvents, kept: KeptTree) {
    this.#events = events;
    this.#json = new SparseJson(kept.root);
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#state !== MALFORMED) {
      if (this.#state === IN_OBJECT) at = this.#inObject(chunk, at);
      else at = this.#between(chunk[at] as number, at);
    }
  }

  /** What stands in an object that was cut off is not told. */
  end(complete: boolean): boolean {
    return complete && this.#state === (this.#isArray ? AFTER_ARRAY : BETWEEN);
  }

  #inObject(chunk: Buffer, from: number): number {
    const at = this.#json.push(chunk, from);
    if (this.#json.isDone) {
      this.#events.take(undefined, this.#json);
      this.#objects++;
      this.#state = BETWEEN;
    } else if (this.#json.isMalformed) this.#state = MALFORMED;
    return at;
  }

  #between(byte: number, at: number): number {
    if (isBlank(byte)) return at + 1;
    if (this.#state === AFTER_ARRAY) this.#state = MALFORMED;
    else if (byte === OPEN_BRACE) {
      this.#json.begin();
      this.#state = IN_OBJECT;
      return at;
    } else if (byte === OPEN_BRACKET && !this.#isArray && this.#objects === 0) this.#isArray = true;
    else if (byte === CLOSE_BRACKET && this.#isArray) this.#state = AFTER_ARRAY;
    else if (byte !== COMMA || !this.#isArray || this.#objects === 0) this.#state = MALFORMED;
    return at + 1;
  }
}
