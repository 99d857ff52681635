// When does the next thing happen? After a pause that ends early, and without an error, when the client leaves.

/**
 * Waits.
 * @param ms 0 does not wait at all
 * @param signal cuts the wait short and takes the timer away at once
 * @returns false when the signal is, or was, aborted
 */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> | boolean {
  if (signal.aborted || ms === 0) return !signal.aborted;
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(true), ms);
    const leave = () => settle(false);
    signal.addEventListener("abort", leave);
    function settle(stayed: boolean) {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      resolve(stayed);
    }
  });
}
