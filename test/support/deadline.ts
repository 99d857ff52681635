// Waits for an event with a time limit. When it does not come, the test fails with a text that names the event.

/** How long a test waits for an event before it fails, ms. Generous, so that a slow machine does not fail a test. */
export const PATIENCE_MS = 8_000;

/**
 * Waits for a promise for a limited time.
 * @param what ends the sentence "waited ... ms for" of the error
 * @throws Error when `ms` have passed first
 */
export function within<T>(what: string | (() => string), promise: Promise<T>, ms: number = PATIENCE_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`waited ${ms} ms for ${typeof what === "string" ? what : what()}`));
    }, ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** Waits until a condition is true, which it checks every few milliseconds. @param what finishes the sentence "waited for" */
export async function until(what: string, holds: () => boolean): Promise<void> {
  let over = false;
  const polled = (async () => {
    while (!holds() && !over) await new Promise((resolve) => setTimeout(resolve, 5));
  })();
  await within(what, polled).finally(() => {
    over = true;
  });
}

/** Keeps items that arrive one by one, and lets a test wait for them in order. */
export class Inbox<T> {
  readonly all: T[] = [];
  readonly #name: string;
  readonly #waiting: ((item: T) => void)[] = [];
  #taken = 0;

  /** @param name what the items are, for the text of a failure */
  constructor(name: string) {
    this.#name = name;
  }

  put(item: T): void {
    this.all.push(item);
    const waiter = this.#waiting.shift();
    if (waiter === undefined) return;
    this.#taken += 1;
    waiter(item);
  }

  /** The next one not yet taken. */
  next(ms: number = PATIENCE_MS): Promise<T> {
    const item = this.all[this.#taken];
    if (item !== undefined && this.#waiting.length === 0) {
      this.#taken += 1;
      return Promise.resolve(item);
    }
    const coming = new Promise<T>((resolve) => this.#waiting.push(resolve));
    return within(() => `${this.#name} number ${this.#taken + 1}`, coming, ms);
  }
}
