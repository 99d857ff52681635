// Puts together what workers say of Redis, so that it is told once for all of them: when the first one can't use it, and when all can again.

import type { StateNews } from "../limits/shared/state-news.ts";

export class FleetState {
  readonly #to: StateNews;
  readonly #up = new Set<number>();
  readonly #away = new Set<number>();
  /** What was told since it is away. */
  #causes = new Set<string>();
  #told: "up" | "away" | undefined = undefined;

  /** @param to told of all workers together */
  constructor(to: StateNews) {
    this.#to = to;
  }

  /** A worker uses Redis. */
  up(worker: number): void {
    this.#away.delete(worker);
    this.#up.add(worker);
    this.#lookWhetherUp();
  }

  /** A worker can't use Redis. What it says again is why it still can't. */
  away(worker: number, cause: string): void {
    const isAgain = this.#away.has(worker);
    this.#up.delete(worker);
    this.#away.add(worker);
    if (this.#told !== "away") {
      this.#told = "away";
      this.#causes = new Set([cause]);
      this.#to.away(cause);
    } else if (isAgain && !this.#causes.has(cause)) {
      this.#causes.add(cause);
      this.#to.stillAway(cause);
    }
  }

  /** A worker has ended. */
  gone(worker: number): void {
    this.#up.delete(worker);
    this.#away.delete(worker);
    this.#lookWhetherUp();
  }

  #lookWhetherUp(): void {
    if (this.#told === "up" || this.#up.size === 0 || this.#away.size > 0) return;
    this.#told = "up";
    this.#to.up();
  }
}
