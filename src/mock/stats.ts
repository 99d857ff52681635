// What is the mock doing, and what became of its streams? Counts, and a way to wait for them without sleeping.

/** Counts since the start; the `open` ones are of now. */
export interface MockStats {
  readonly requests: number;
  /** Requests whose response is not over. */
  readonly openRequests: number;
  /** Requests whose answer broke off: the client left, or asked for a cut. */
  readonly abortedRequests: number;
  readonly openStreams: number;
  /** Those of the aborted requests that were streams under way. */
  readonly abortedStreams: number;
}

type Waiter = { readonly wanted: (stats: MockStats) => boolean; readonly resolve: () => void };

/** Keeps the counts of one mock. */
export class Tally {
  #stats: MockStats = { requests: 0, openRequests: 0, abortedRequests: 0, openStreams: 0, abortedStreams: 0 };
  #waiters: Waiter[] = [];

  /** The counts of this moment: a snapshot that does not change. */
  get stats(): MockStats {
    return this.#stats;
  }

  /** Adds to the counts and wakes whoever waited for that. */
  add(change: { readonly [K in keyof MockStats]?: number }): void {
    const next: { -readonly [K in keyof MockStats]: number } = { ...this.#stats };
    for (const key of Object.keys(change) as (keyof MockStats)[]) next[key] += change[key] ?? 0;
    this.#stats = Object.freeze(next);
    const [met, waiting] = partition(this.#waiters, ({ wanted }) => wanted(next));
    this.#waiters = waiting;
    for (const { resolve } of met) resolve();
  }

  /** Resolves as soon as the counts are as wanted; at once if they are. */
  until(wanted: (stats: MockStats) => boolean): Promise<void> {
    if (wanted(this.#stats)) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ wanted, resolve }));
  }
}

function partition<T>(list: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const item of list) (test(item) ? yes : no).push(item);
  return [yes, no];
}
