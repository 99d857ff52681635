// Decides when the way to Redis is tried again after a failure, and what is told. It is pure: time and randomness are handed in.

/** All times are ms of one clock. */
export type Breaker =
  /** A connection is being opened. `told`: it has been told that Redis is away. */
  | { readonly kind: "trying"; readonly failures: number; readonly told: boolean }
  | { readonly kind: "up"; readonly failures: number; readonly since: number }
  | { readonly kind: "waiting"; readonly failures: number; readonly until: number }
  | { readonly kind: "closed" };

export type Happening =
  | { readonly kind: "opened"; readonly now: number }
  /** A connection could not be opened, or has failed. `random` is from 0 up to 1. */
  | { readonly kind: "failed"; readonly now: number; readonly random: number }
  /** The first connection takes longer than a call may take. */
  | { readonly kind: "late" }
  /** The wait is over. */
  | { readonly kind: "due"; readonly now: number }
  | { readonly kind: "close" };

export interface Step {
  readonly breaker: Breaker;
  readonly tell: "up" | "away" | undefined;
}

export interface Waits {
  readonly firstWait: number;
  readonly longestWait: number;
}

export const FIRST: Breaker = { kind: "trying", failures: 0, told: false };

/**
 * One step. Something that can't happen in a state changes nothing.
 *
 * The waits grow while Redis fails, also when it was reached in between for less than the longest wait. So a Redis that opens connections but
 * does not answer calls is not told of many times a second.
 */
export function step(breaker: Breaker, happening: Happening, waits: Waits): Step {
  const same: Step = { breaker, tell: undefined };
  if (breaker.kind === "closed") return same;
  switch (happening.kind) {
    case "close":
      return { breaker: { kind: "closed" }, tell: undefined };
    case "late":
      return breaker.kind === "trying" && !breaker.told ? { breaker: { ...breaker, told: true }, tell: "away" } : same;
    case "due":
      if (breaker.kind !== "waiting" || happening.now < breaker.until) return same;
      return { breaker: { kind: "trying", failures: breaker.failures, told: true }, tell: undefined };
    case "opened":
      if (breaker.kind !== "trying") return same;
      return { breaker: { kind: "up", failures: breaker.failures, since: happening.now }, tell: "up" };
    case "failed": {
      if (breaker.kind === "waiting") return same;
      const lasted = breaker.kind === "up" && happening.now - breaker.since >= waits.longestWait;
      const failures = lasted ? 0 : breaker.failures;
      const until = happening.now + wait(failures, happening.random, waits);
      const toldBefore = breaker.kind === "trying" && breaker.told;
      return { breaker: { kind: "waiting", failures: failures + 1, until }, tell: toldBefore ? undefined : "away" };
    }
  }
}

/** Between half of the wait and all of it, so that many gateways do not come back in the same moment. */
function wait(failures: number, random: number, { firstWait, longestWait }: Waits): number {
  return Math.min(longestWait, firstWait * 2 ** Math.min(failures, 30)) * (0.5 + random / 2);
}
