// Shares objects between plans, by key, and removes an object when no plan uses it any more.

interface Entry<T> {
  readonly value: T;
  /** Leases that hold it. */
  uses: number;
}

/** Objects that plans share. Each plan has a lease; an object that is in no lease is removed. */
export class UsagePool<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #dispose: (value: T, key: string) => void;

  /** @param dispose called with each object that is removed */
  constructor(dispose: (value: T, key: string) => void = () => {}) {
    this.#dispose = dispose;
  }

  /** Opens the lease of one plan, empty. */
  lease(): Lease<T> {
    const keys = new Set<string>();
    return {
      has: (key) => keys.has(key),
      get: (key, make) => this.#take(keys, key, make).value,
      release: () => {
        for (const key of keys) this.#drop(key);
        keys.clear();
      },
    };
  }

  values(): T[] {
    return [...this.#entries.values()].map(({ value }) => value);
  }

  entries(): (readonly [key: string, value: T])[] {
    return [...this.#entries].map(([key, { value }]) => [key, value] as const);
  }

  #take(keys: Set<string>, key: string, make: () => T): Entry<T> {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { value: make(), uses: 0 };
      this.#entries.set(key, entry);
    }
    if (!keys.has(key)) {
      keys.add(key);
      entry.uses++;
    }
    return entry;
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || --entry.uses > 0) return;
    this.#entries.delete(key);
    this.#dispose(entry.value, key);
  }
}

/** What one plan uses of a pool. */
export interface Lease<T> {
  has(key: string): boolean;
  /** The object of this key, made if there is none. A lease counts as one use of it, however often this is called. */
  get(key: string, make: () => T): T;
  /** Ends the use of all objects of this lease. */
  release(): void;
}
