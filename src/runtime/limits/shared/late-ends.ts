// Counts the exchanges that have ended but may still hold their slots in Redis: a part of their response is still being decoded, so it is not
// known what they used, or Redis is being told. That takes some milliseconds, but a client can have sent its next request by then.

export class LateEnds {
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** An exchange of a subject has ended. */
  add(subject: string): void {
    this.#counts.set(subject, (this.#counts.get(subject) ?? 0) + 1);
  }

  /** It has given back what it held. Called once for each `add`. */
  done(subject: string): void {
    const count = (this.#counts.get(subject) ?? 0) - 1;
    if (count > 0) return void this.#counts.set(subject, count);
    this.#counts.delete(subject);
    const waiting = this.#waiting.get(subject) ?? [];
    this.#waiting.delete(subject);
    for (const resolve of waiting) resolve();
  }

  has(subject: string): boolean {
    return this.#counts.has(subject);
  }

  /** Waits until a subject has none. */
  none(subject: string): Promise<void> {
    if (!this.has(subject)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(subject);
      if (waiting === undefined) this.#waiting.set(subject, [resolve]);
      else waiting.push(resolve);
    });
  }
}
