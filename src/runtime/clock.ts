// Reads the wall clock. Rate windows, metrics and log file names get it as a parameter, so that tests can set the time.
// The durations of exchanges are measured with `performance.now()` instead. Timers are Node's own.

export interface Clock {
  /** ms since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
