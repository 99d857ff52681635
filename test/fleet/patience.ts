// Says how long the tests of this folder wait for an event. They start many processes, often on few cores.

/** ms. It only ends a test that would wait for ever. */
export const PATIENCE_MS = 60_000;

/** How long a test with many processes may take, ms. */
export const TEST_MS = 240_000;

/**
 * Waits until a condition is true, which it checks often.
 * @param what finishes the sentence "waited for"
 * @param pauseMs the time between two checks
 */
export async function eventually(
  what: () => string,
  holds: () => boolean | Promise<boolean>,
  pauseMs = 20,
): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${PATIENCE_MS} ms for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Waits for the next minute if this one is nearly over: what is counted by the minute would be counted anew in the middle of a test. */
export async function withinMinute(ms: number): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < ms) await new Promise((resolve) => setTimeout(resolve, left + 10));
}
