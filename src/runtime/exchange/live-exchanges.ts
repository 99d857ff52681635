// Lists the exchanges of a plan that have begun and not ended.
//
// It is no `Set`: with one, the garbage collector would move all exchanges to the old generation, even after they have ended (fact F21).

import type { LiveExchange } from "./exchange.ts";

export class LiveExchanges implements Iterable<LiveExchange> {
  readonly #list: LiveExchange[] = [];

  get size(): number {
    return this.#list.length;
  }

  add(x: LiveExchange): void {
    x.position = this.#list.push(x) - 1;
  }

  /** Takes out an exchange that was added. The last of the list takes its position. */
  delete(x: LiveExchange): void {
    const last = this.#list.pop();
    if (last === undefined || last === x) return;
    last.position = x.position;
    this.#list[x.position] = last;
  }

  [Symbol.iterator](): Iterator<LiveExchange> {
    return this.#list[Symbol.iterator]();
  }
}
