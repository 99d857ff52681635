// Keeps the lines that wait to be written, up to a bound, and hands them out in batches.

import type { LedgerLine } from "../ledger-line.ts";
import type { DatedCharge } from "./charge-sums.ts";
import { dayOfLine, lineText, ticksOf } from "./line-text.ts";

/** How much waits at most while it can't be written, characters. */
const MAX_HELD = 8 * 1024 * 1024;
/** How much is written at once, characters. */
const MAX_BATCH = 1024 * 1024;

/** Lines that are written by one write. */
export interface Batch {
  readonly bytes: Buffer;
  readonly charges: readonly DatedCharge[];
  /** The latest day on which one of its exchanges began. */
  readonly lastDay: string;
}

export class LineQueue {
  #texts: string[] = [];
  #charges: DatedCharge[] = [];
  #held = 0;

  /** How much waits, characters. */
  get held(): number {
    return this.#held;
  }

  /** How many lines wait. */
  get length(): number {
    return this.#texts.length;
  }

  /** @returns false when the line does not fit any more, and is dropped */
  add(line: LedgerLine): boolean {
    const text = lineText(line);
    if (this.#held + text.length > MAX_HELD) return false;
    const { client, charged_tokens: tokens, charged_usd } = line;
    this.#texts.push(text);
    this.#charges.push({ client, day: dayOfLine(line), tokens, ticks: ticksOf(charged_usd) });
    this.#held += text.length;
    return true;
  }

  /** Takes the oldest lines out. @returns `undefined` when none wait */
  take(): Batch | undefined {
    if (this.#texts.length === 0) return undefined;
    let lines = 0;
    let length = 0;
    for (const text of this.#texts) {
      if (lines > 0 && length + text.length > MAX_BATCH) break;
      length += text.length;
      lines++;
    }
    this.#held -= length;
    const charges = this.#charges.splice(0, lines);
    let lastDay = "";
    for (const { day } of charges) if (day > lastDay) lastDay = day;
    return { bytes: Buffer.from(this.#texts.splice(0, lines).join("")), charges, lastDay };
  }
}
