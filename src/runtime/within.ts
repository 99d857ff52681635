// Waits for a promise for a limited time.

/**
 * @param ms the longest wait
 * @returns a promise that resolves when the given one is fulfilled or rejected, or when the time is over. Never rejects
 */
export async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise.catch(() => {}), timeout]);
  clearTimeout(timer);
}
