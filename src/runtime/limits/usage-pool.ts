// What is kept over reloads, and for how long? Things by key, each as long as a plan uses it.

interface Entry<T> {
  readonly thing: T;
  /** Claims that hold it. */
  uses: number;
}

/** Things that outlive plans. Each plan leases what it uses; what no lease holds any more is let go. */
export class UsagePool<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #letGo: (thing: T, key: string) => void;

  /** @param letGo told of each thing that nobody uses any more */
  constructor(letGo: (thing: T, key: string) => void = () => {}) {
    this.#letGo = letGo;
  }

  /** Opens the lease of one plan, empty. */
  lease(): Lease<T> {
    const keys = new Set<string>();
    return {
      has: (key) => keys.has(key),
      get: (key, make) => this.#take(keys, key, make).thing,
      release: () => {
        for (const key of keys) this.#drop(key);
        keys.clear();
      },
    };
  }

  things(): T[] {
    return [...this.#entries.values()].map(({ thing }) => thing);
  }

  entries(): (readonly [key: string, thing: T])[] {
    return [...this.#entries].map(([key, { thing }]) => [key, thing] as const);
  }

  #take(keys: Set<string>, key: string, make: () => T): Entry<T> {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { thing: make(), uses: 0 };
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
    this.#letGo(entry.thing, key);
  }
}

/** What one plan uses. */
export interface Lease<T> {
  has(key: string): boolean;
  /** The thing of this key, made if there is none; leased once, however often it is asked for. */
  get(key: string, make: () => T): T;
  /** The plan is done with all of it. */
  release(): void;
}
