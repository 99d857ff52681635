// When is the gateway asked again? Every few seconds; later and later while it is gone; never while nobody looks.

import type { Answer } from "./answer.ts";

/** The rhythm while all is well, ms. */
export const REFRESH_MS = 5000;
/** The longest pause between two tries, ms. */
export const LONGEST_WAIT_MS = 60_000;

/** What the page is told after each try. */
export interface Told {
  readonly answer: Answer;
  /** The pause until the next try, ms. */
  readonly waitMs: number;
}

/** One page's asking. It has at most one question under way and at most one timer. */
export class Refresher {
  readonly #ask: (signal: AbortSignal) => Promise<Answer>;
  readonly #tell: (told: Told) => void;
  #underWay: AbortController | undefined = undefined;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #failures = 0;
  #awake = false;

  constructor(ask: (signal: AbortSignal) => Promise<Answer>, tell: (told: Told) => void) {
    this.#ask = ask;
    this.#tell = tell;
  }

  /** Asks at once, then keeps the rhythm. */
  wake(): void {
    this.#awake = true;
    this.#again();
  }

  /** Asks no more until woken; an answer under way is not told. */
  sleep(): void {
    this.#awake = false;
    clearTimeout(this.#timer);
    this.#underWay?.abort();
    this.#underWay = undefined;
  }

  async #again(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#underWay !== undefined) return;
    const mine = new AbortController();
    this.#underWay = mine;
    const answer = await this.#ask(mine.signal);
    if (this.#underWay !== mine) return;
    this.#underWay = undefined;
    if (!this.#awake) return;
    this.#failures = answer.kind === "gone" ? this.#failures + 1 : 0;
    const waitMs = Math.min(REFRESH_MS * 2 ** Math.max(0, this.#failures - 1), LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.#again(), waitMs);
    this.#tell({ answer, waitMs });
  }
}
