// Decides which events of a response are handed to the form of its API.

import type { UsageAccumulator } from "../forms/usage-form.ts";
import type { SparseJson } from "./sparse-json.ts";

/**
 * So many events are handed on whatever they hold: they name the model. Of a stream that came first with one of a content filter,
 * the second names it.
 */
export const FIRST_EVENTS = 4;

/** The first events are handed on, later ones only when they tell usage. */
export class ToldEvents {
  readonly #accumulator: UsageAccumulator;
  #events = 0;
  #lastTold = false;

  constructor(accumulator: UsageAccumulator) {
    this.#accumulator = accumulator;
  }

  /**
   * An event that does not tell usage may be passed over without a look. Not right behind one that tells: it is most likely one of
   * many with running totals, and a search for what the next one tells would be in vain.
   */
  get maySkip(): boolean {
    return this.#events >= FIRST_EVENTS && !this.#lastTold;
  }

  /** An event has ended. What is no whole JSON object is not told. */
  take(name: string | undefined, json: SparseJson): void {
    const isFirst = this.#events < FIRST_EVENTS;
    if (isFirst) this.#events++;
    this.#lastTold = json.tells;
    if (json.isDone && (isFirst || json.tells)) this.#accumulator.take({ name, data: json.data });
  }

  done(): void {
    this.#accumulator.done();
  }
}
