// Counts the mock's requests and streams, and lets tests wait for a count without sleeping.

/** Counts since the start, except those that start with `open`: these are current. */
export interface MockStats {
  readonly requests: number;
  /** Requests whose response has not ended. */
  readonly openRequests: number;
  /** Requests whose answer broke off, because the client left or asked for a cut. */
  readonly abortedRequests: number;
  readonly openStreams: number;
  /** The aborted requests that were running streams. */
  readonly abortedStreams: number;
}

type Waiter = { readonly wanted: (stats: MockStats) => boolean; readonly resolve: () => void };

/** Keeps the counts of one mock. */
export class Tally {
  #stats: MockStats = { requests: 0, openRequests: 0, abortedRequests: 0, openStreams: 0, abortedStreams: 0 };
  #waiters: Waiter[] = [];

  /** The current counts, as a snapshot that does not change. */
  get stats(): MockStats {
    return this.#stats;
  }

  /** Adds to the counts and resolves the waits that this fulfils. */
  add(change: { readonly [K in keyof MockStats]?: number }): void {
    const next: { -readonly [K in keyof MockStats]: number } = { ...this.#stats };
    for (const key of Object.keys(change) as (keyof MockStats)[]) next[key] += change[key] ?? 0;
    this.#stats = Object.freeze(next);
    const [met, waiting] = partition(this.#waiters, ({ wanted }) => wanted(next));
    this.#waiters = waiting;
    for (const { resolve } of met) resolve();
  }

  /** Resolves as soon as `wanted` is true of the counts, which may be at once. */
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
