// Decides which events of a response are handed to the form of its API.

import type { UsageAccumulator } from "../forms/usage-form.ts";
import type { SparseJson } from "./sparse-json.ts";

/**
 * So many events are handed on whatever they hold: they name the model. Of a stream that came first with one of a content filter,
 * the second names it.
 */
export const FIRST_EVENTS = 4;

/** The first events are handed on, later ones only when they report usage. */
export class UsageEvents {
  readonly #accumulator: UsageAccumulator;
  #events = 0;
  #lastReported = false;

  constructor(accumulator: UsageAccumulator) {
    this.#accumulator = accumulator;
  }

  /**
   * An event without usage may be passed over without a look. But not right after one that has usage: that one is most likely one of
   * many with running totals, so the next one has usage, too.
   */
  get maySkip(): boolean {
    return this.#events >= FIRST_EVENTS && !this.#lastReported;
  }

  /** An event has ended. What is not a whole JSON object is not handed on. */
  take(name: string | undefined, json: SparseJson): void {
    const isFirst = this.#events < FIRST_EVENTS;
    if (isFirst) this.#events++;
    this.#lastReported = json.tells;
    if (json.isDone && (isFirst || json.tells)) this.#accumulator.take({ name, data: json.data });
  }

  done(): void {
    this.#accumulator.done();
  }
}
