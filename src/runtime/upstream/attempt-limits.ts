// Limits the time of one attempt: to its response head, and to the first byte of the body (contract, section 7). The time does not
// run while the client's upload makes progress.

import type { TimeLimit } from "./retry.ts";

export interface AttemptTimes {
  /** `undefined`: any. */
  readonly attemptTimeoutMs: number | undefined;
  /** `undefined`: any. */
  readonly firstByteTimeoutMs: number | undefined;
}

export class AttemptLimits {
  readonly #times: AttemptTimes;
  readonly #uploads: () => boolean;
  readonly #expired: (limit: TimeLimit) => void;
  #toHead: NodeJS.Timeout | undefined = undefined;
  #toFirstByte: NodeJS.Timeout | undefined = undefined;

  /**
   * Starts now.
   * @param uploads whether the client's upload is in progress. A limit that is reached meanwhile starts again with `uploaded`
   * @param expired called when a limit is reached
   */
  constructor(times: AttemptTimes, uploads: () => boolean, expired: (limit: TimeLimit) => void) {
    this.#times = times;
    this.#uploads = uploads;
    this.#expired = expired;
    this.#start();
  }

  /** The whole request was sent. */
  uploaded(): void {
    this.#toHead?.refresh();
    this.#toFirstByte?.refresh();
  }

  /** The response head came. */
  head(): void {
    clearTimeout(this.#toHead);
    this.#toHead = undefined;
  }

  /** The first byte of the body came, or the end of a response without one. */
  firstByte(): void {
    clearTimeout(this.#toFirstByte);
    this.#toFirstByte = undefined;
  }

  stop(): void {
    this.head();
    this.firstByte();
  }

  #start(): void {
    const { attemptTimeoutMs, firstByteTimeoutMs } = this.#times;
    if (attemptTimeoutMs !== undefined) this.#toHead = setTimeout(() => this.#reached("attempt"), attemptTimeoutMs);
    if (firstByteTimeoutMs === undefined) return;
    this.#toFirstByte = setTimeout(() => this.#reached("first_byte"), firstByteTimeoutMs);
  }

  #reached(limit: TimeLimit): void {
    if (!this.#uploads()) this.#expired(limit);
  }
}

/** Limits an attempt, whose limits start now; `undefined` where it has none. @param expired see `AttemptLimits` */
export function limitsOf(
  { attemptTimes }: { readonly attemptTimes: AttemptTimes | undefined },
  upload: { readonly ended: boolean; readonly waitsForUpstream: boolean },
  expired: (limit: TimeLimit) => void,
): AttemptLimits | undefined {
  if (attemptTimes === undefined) return undefined;
  return new AttemptLimits(attemptTimes, () => !upload.ended && !upload.waitsForUpstream, expired);
}

/** Whether an attempt has a limit of its own. */
export function hasLimits({ attemptTimeoutMs, firstByteTimeoutMs }: AttemptTimes): boolean {
  return attemptTimeoutMs !== undefined || firstByteTimeoutMs !== undefined;
}
