// Keeps the mock's books: for each answer what is billed, and what the client was told of it. Tests compare a ledger with them.

import type { Bill, Told } from "./bill.ts";

/** How much of the usage was sent: all, only what a stream tells before its end, or nothing. */
export type HowTold = "all" | "part" | "none";

/** One answer in the books. */
export interface BookEntry {
  /** The `x-request-id` of the request; `null` when it had none. */
  readonly requestId: string | null;
  readonly model: string | null;
  /** The key of the request, shortened; `null` when it had none. */
  readonly key: string | null;
  /** Billed in full, also where the client left. */
  readonly billed: Bill;
  readonly told: HowTold;
  /** The numbers that were sent last; `null` when none were. */
  readonly tells: Told | null;
  /** Whether the answer was sent to its end, broke off before, or is still being sent. */
  readonly state: "open" | "whole" | "cut";
}

/** Sums over entries of the books. */
export interface BookSums extends Bill {
  readonly answers: number;
  readonly told: { readonly [K in HowTold]: number };
  /** Answers that broke off. */
  readonly cut: number;
}

/** The books as the mock shows them. */
export interface BooksReport {
  readonly sums: BookSums;
  readonly by_model: Readonly<Record<string, BookSums>>;
  readonly by_key: Readonly<Record<string, BookSums>>;
  readonly by_request_id: Readonly<Record<string, BookSums>>;
  /** Entries that are gone, since more came than are kept. */
  readonly dropped: number;
}

/** What is known of an answer before it is sent. */
export type Opening = Pick<BookEntry, "requestId" | "model" | "key" | "billed">;

/** An entry that is being written. */
export interface OpenEntry {
  /** Usage was sent. @param all whether nothing of it is to come */
  tell(tells: Told, all: boolean): void;
  /** The answer has ended. */
  close(state: "whole" | "cut"): void;
}

/** More than any test makes, and some 30 MB. */
const MAX_ENTRIES = 100_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class Books {
  readonly #max: number;
  #entries: Writable<BookEntry>[] = [];
  #dropped = 0;

  /** @param max how many entries are kept, at least 10 */
  constructor(max = MAX_ENTRIES) {
    this.#max = max;
  }

  /** Copies of the entries, the oldest first. */
  get entries(): readonly BookEntry[] {
    return this.#entries.map((entry) => ({ ...entry }));
  }

  /** Writes down an answer. Its bill counts from now on. */
  open(opening: Opening): OpenEntry {
    const entry: Writable<BookEntry> = { ...opening, told: "none", tells: null, state: "open" };
    this.#entries.push(entry);
    if (this.#entries.length > this.#max) {
      // A tenth at once: to take them one by one would move all the others each time.
      this.#dropped += this.#entries.splice(0, Math.floor(this.#max / 10)).length;
    }
    return {
      tell(tells, all) {
        entry.tells = tells;
        entry.told = all ? "all" : "part";
      },
      close(state) {
        entry.state = state;
      },
    };
  }

  report(): BooksReport {
    return {
      sums: sum(this.#entries),
      by_model: this.#sumsBy(({ model }) => model),
      by_key: this.#sumsBy(({ key }) => key),
      by_request_id: this.#sumsBy(({ requestId }) => requestId),
      dropped: this.#dropped,
    };
  }

  /** Forgets everything. An answer that is still being sent stays forgotten. */
  reset(): void {
    this.#entries = [];
    this.#dropped = 0;
  }

  #sumsBy(name: (entry: BookEntry) => string | null): Record<string, BookSums> {
    const groups = new Map<string, BookEntry[]>();
    for (const entry of this.#entries) {
      const group = name(entry) ?? "";
      const entries = groups.get(group);
      if (entries === undefined) groups.set(group, [entry]);
      else entries.push(entry);
    }
    return Object.fromEntries([...groups].map(([group, entries]) => [group, sum(entries)]));
  }
}

/** A key as the providers' own pages show it. */
export function shortened(key: string): string {
  return `${key.slice(0, 3)}...${key.length > 12 ? key.slice(-4) : ""}`;
}

/** The sums of some entries. */
export function sum(entries: readonly BookEntry[]): BookSums {
  const total = (count: (entry: BookEntry) => number) => entries.reduce((all, entry) => all + count(entry), 0);
  const toldSo = (how: HowTold) => total(({ told }) => (told === how ? 1 : 0));
  return {
    answers: entries.length,
    input: total(({ billed }) => billed.input),
    cacheRead: total(({ billed }) => billed.cacheRead),
    cacheWrite: total(({ billed }) => billed.cacheWrite),
    cacheWrite1h: total(({ billed }) => billed.cacheWrite1h),
    output: total(({ billed }) => billed.output),
    reasoning: total(({ billed }) => billed.reasoning),
    told: { all: toldSo("all"), part: toldSo("part"), none: toldSo("none") },
    cut: total(({ state }) => (state === "cut" ? 1 : 0)),
  };
}
