// Fetches the summary every few seconds, and less often while the gateway is unavailable.

import type { SummaryResult } from "./summary.ts";

/** Time between two requests while the gateway responds, ms. */
export const REFRESH_MS = 5000;
/** Longest time between two requests while it does not, ms. */
export const MAX_WAIT_MS = 60_000;

export interface RefreshResult {
  readonly result: SummaryResult;
  /** Time until the next request, ms. */
  readonly waitMs: number;
}

/** Repeats one request. It has at most one request in flight and at most one timer. */
export class Refresher {
  readonly #fetch: (signal: AbortSignal) => Promise<SummaryResult>;
  readonly #onResult: (refreshed: RefreshResult) => void;
  #inFlight: AbortController | undefined = undefined;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #failures = 0;
  #running = false;

  constructor(fetch: (signal: AbortSignal) => Promise<SummaryResult>, onResult: (refreshed: RefreshResult) => void) {
    this.#fetch = fetch;
    this.#onResult = onResult;
  }

  /** Fetches at once, then regularly. When already started, it does not wait for the timer. */
  start(): void {
    this.#running = true;
    this.#refresh();
  }

  /** Cancels the request in flight and fetches no more until started again. */
  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#inFlight?.abort();
    this.#inFlight = undefined;
  }

  async #refresh(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#inFlight !== undefined) return;
    const controller = new AbortController();
    this.#inFlight = controller;
    const result = await this.#fetch(controller.signal);
    // Stopped while waiting; a later start may already have its own request.
    if (this.#inFlight !== controller) return;
    this.#inFlight = undefined;
    if (!this.#running) return;
    this.#failures = result.kind === "unavailable" ? this.#failures + 1 : 0;
    const waitMs = Math.min(REFRESH_MS * 2 ** Math.max(0, this.#failures - 1), MAX_WAIT_MS);
    this.#timer = setTimeout(() => this.#refresh(), waitMs);
    this.#onResult({ result, waitMs });
  }
}
