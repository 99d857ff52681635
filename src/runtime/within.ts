// Waits for a promise, but only for so long.

/**
 * @param ms the longest wait
 * @returns when the promise is fulfilled or rejected, or the time is over, whichever comes first. Never rejects
 */
export async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise.catch(() => {}), timeout]);
  clearTimeout(timer);
}
