// Reads the wall clock. Rate windows, metrics and log file names get it as a parameter, so that tests can set the time.
// What measures a duration reads `performance.now()` by itself, and timers are Node's own.

export interface Clock {
  /** ms since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
