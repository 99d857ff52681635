// Waits before another attempt: for a time, or for a slot at another upstream (contract, sections 7 and 14).

import type { LiveExchange } from "../exchange/exchange.ts";
import type { NextAttempt } from "./retries.ts";

/** How a wait ended: its time is over, the exchange has moved to the other upstream, or there was no slot for it. */
export type WaitEnd = "over" | "moved" | "no slot";

export type Wait = Exclude<NextAttempt, { readonly next: "pass on" | "ask another" }>;

export class AttemptWait {
  readonly #onEnd: (end: WaitEnd) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** @param onEnd called once, unless the wait is cancelled. A shutdown ends a wait for a time at once */
  constructor(x: LiveExchange, wait: Wait, onEnd: (end: WaitEnd) => void) {
    this.#onEnd = onEnd;
    if (wait.next === "wait") {
      this.#timer = setTimeout(() => this.#end("over"), wait.ms);
      x.wait(() => this.#end("over"));
      return;
    }
    // A client that leaves leaves the queue, too.
    x.hold(wait.leave);
    wait.moved.then((moved) => this.#end(moved ? "moved" : "no slot")).catch((err: unknown) => x.fail(err, "forward"));
  }

  cancel(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #end(end: WaitEnd): void {
    if (this.#ended) return;
    this.cancel();
    this.#onEnd(end);
  }
}
