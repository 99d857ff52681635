// Finds events of a stream that lie whole in one chunk and report no usage, so that they can be passed over without a look.

const USAGE = "usage";

/** What the data of the last event of OpenAI's streams begins with. */
export const DONE = "[DONE]";
/** Streams with `\r` alone are read, but without the short cut. */
const EVENT_ENDS: readonly string[] = ["\n\n", "\n\r\n"];

/** What stands behind the name in events that report none. An API that was asked for usage sends this in each event but the last. */
const NULLS: readonly Buffer[] = ['":null', '": null'].map((text) => Buffer.from(text));

/** The chunk has no more of it. */
const NONE = Number.POSITIVE_INFINITY;

const NOTHING = Buffer.alloc(0);

interface Sign {
  readonly bytes: Buffer;
  readonly mayBeNull: boolean;
  /** Where it stands next in the chunk. Each is searched for on its own, so that no part of a chunk is searched twice. */
  next: number;
}

/** Those of an event stream. @param signs what an event may hold that needs a look */
export function quietEvents(signs: readonly string[]): QuietEvents {
  return new QuietEvents(EVENT_ENDS, [...signs, DONE]);
}

/** Those of a body with one event a line. @param signs what an event may hold that needs a look */
export function quietLines(signs: readonly string[]): QuietEvents {
  return new QuietEvents(["\n"], signs);
}

/** It holds nothing between `end` and `begin`, so all bodies of a route share one. */
export class QuietEvents {
  readonly #signs: readonly Sign[];
  readonly #ends: readonly Buffer[];
  #chunk: Buffer = NOTHING;
  /** How far the chunk was searched for the ends of events. */
  #searched = 0;

  /**
   * @param ends what stands between two events, in the spellings worth a search
   * @param signs what an event may hold that needs a look
   */
  constructor(ends: readonly string[], signs: readonly string[]) {
    this.#ends = ends.map((end) => Buffer.from(end));
    this.#signs = signs.map((sign) => ({ bytes: Buffer.from(sign), mayBeNull: sign === USAGE, next: -1 }));
  }

  /** Begins with a new chunk. `end` is to be called when it has been read. */
  begin(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#searched = 0;
    for (const sign of this.#signs) sign.next = -1;
  }

  /** Lets go of the chunk. */
  end(): void {
    this.#chunk = NOTHING;
  }

  /**
   * Passes over whole events that report no usage.
   * @param at where an event begins
   * @returns where the next event begins that needs a look, or that the chunk does not hold whole; `at` when this is one
   */
  pass(at: number): number {
    if (at < this.#searched) return at;
    const until = Math.min(this.#nextSign(at), this.#chunk.length);
    this.#searched = until + 1;
    return this.#lastEnd(at, until);
  }

  #nextSign(at: number): number {
    let first = NONE;
    for (const sign of this.#signs) {
      if (sign.next < at) sign.next = this.#find(sign, at);
      if (sign.next < first) first = sign.next;
    }
    return first;
  }

  #find(sign: Sign, from: number): number {
    const chunk = this.#chunk;
    let at = chunk.indexOf(sign.bytes, from);
    while (at !== -1 && sign.mayBeNull && isNull(chunk, at + sign.bytes.length)) {
      at = chunk.indexOf(sign.bytes, at + sign.bytes.length);
    }
    return at === -1 ? NONE : at;
  }

  /** The index behind the last end of an event between two indexes; `at` when there is none. */
  #lastEnd(at: number, until: number): number {
    for (const end of this.#ends) if (stands(end, this.#chunk, until - end.length, at)) return until;
    const part = this.#chunk.subarray(at, until);
    for (const end of this.#ends) {
      const found = part.lastIndexOf(end);
      if (found !== -1) return at + found + end.length;
    }
    return at;
  }
}

function isNull(chunk: Buffer, at: number): boolean {
  return NULLS.some((text) => stands(text, chunk, at, 0));
}

/** The text stands at an index, which is not below `from`. */
function stands(text: Buffer, chunk: Buffer, at: number, from: number): boolean {
  if (at < from) return false;
  for (let i = 0; i < text.length; i++) if (text[i] !== chunk[at + i]) return false;
  return true;
}
