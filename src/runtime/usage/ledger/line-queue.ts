// Keeps the lines that wait to be written, up to a bound, and hands them out in batches.
//
// They wait as bytes, and what they charge as sums. As texts and objects, each collection of garbage would copy them all: with
// thousands of requests a second that takes more time than all else that is done for a line.

import type { LedgerLine } from "../ledger-line.ts";
import { ChargeSums } from "./charge-sums.ts";
import { dayOfLine, lineText, ticksOf } from "./line-text.ts";

/** How much waits at most while it can't be written, bytes. */
const MAX_HELD = 8 * 1024 * 1024;
/** How much is written at once, bytes. Only a longer line is more. */
const BATCH_BYTES = 256 * 1024;

/** In UTF-8, of a character of a string. Room for the most is made, since to count them takes longer. */
const MAX_BYTES_PER_CHARACTER = 3;

/** Lines that are written by one write. */
export interface Batch {
  readonly bytes: Buffer;
  readonly lines: number;
  readonly charges: ChargeSums;
  /** The latest day on which one of its exchanges began. */
  readonly lastDay: string;
}

export class LineQueue {
  /** The oldest first. Lines are added to the last one. */
  #batches: GrowingBatch[] = [];
  #held = 0;
  #length = 0;

  /** How much waits, bytes. */
  get held(): number {
    return this.#held;
  }

  /** How many lines wait. */
  get length(): number {
    return this.#length;
  }

  /** @returns false when the line does not fit any more, and is dropped */
  add(line: LedgerLine): boolean {
    const text = lineText(line);
    const most = text.length * MAX_BYTES_PER_CHARACTER;
    if (this.#held + most > MAX_HELD) return false;
    let batch = this.#batches.at(-1);
    if (batch === undefined || batch.room < most) {
      batch = new GrowingBatch(Math.max(most, BATCH_BYTES));
      this.#batches.push(batch);
    }
    this.#held += batch.add(line, text);
    this.#length++;
    return true;
  }

  /** Takes the oldest lines out. @returns `undefined` when none wait */
  take(): Batch | undefined {
    const batch = this.#batches.shift();
    if (batch === undefined) return undefined;
    this.#held -= batch.bytes.length;
    this.#length -= batch.lines;
    return batch;
  }
}

class GrowingBatch implements Batch {
  readonly charges = new ChargeSums();
  lines = 0;
  lastDay = "";
  /** The system takes memory for it only as far as it is used. */
  readonly #memory: Buffer;
  #end = 0;

  constructor(size: number) {
    this.#memory = Buffer.allocUnsafeSlow(size);
  }

  /** How many bytes still fit. */
  get room(): number {
    return this.#memory.length - this.#end;
  }

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#end);
  }

  /** @returns how many bytes the text has */
  add(line: LedgerLine, text: string): number {
    const { client, charged_tokens: tokens, charged_usd } = line;
    const day = dayOfLine(line);
    const written = this.#memory.write(text, this.#end);
    this.#end += written;
    this.charges.add({ client, day, tokens, ticks: ticksOf(charged_usd) });
    this.lines++;
    if (day > this.lastDay) this.lastDay = day;
    return written;
  }
}
