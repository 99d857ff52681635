// Lists the exchanges of a plan that have begun and not ended.
//
// A `Set` would cost a fifth of the gateway's processor time: V8 makes a new table after some deletions, and each old table leads
// to the next one. Once one of them has become old, all later exchanges are copied to the old generation, though they have ended.

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
