// Counts the exchanges that have ended and are not written down yet, since a part of their response is still being decoded.

import { within } from "../within.ts";

export class LateLines {
  #count = 0;
  #whenNone: (() => void)[] = [];

  /** An exchange has ended, and its line comes later. */
  add(): void {
    this.#count++;
  }

  /** The line has come. Called once for each `add`. */
  done(): void {
    this.#count--;
    if (this.#count === 0) for (const tell of this.#whenNone.splice(0)) tell();
  }

  /** Waits until all lines have come. @param ms the longest wait */
  async all(ms: number): Promise<void> {
    if (this.#count > 0) await within(ms, new Promise((resolve) => this.#whenNone.push(resolve)));
  }
}
