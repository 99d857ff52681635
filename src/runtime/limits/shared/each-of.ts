// Makes many calls, some of them at one time.

const CALLS_AT_ONCE = 50;

/** @throws the error of the first call that fails, as a rejection */
export async function eachOf<T>(items: readonly T[], call: (item: T) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += CALLS_AT_ONCE) await Promise.all(items.slice(i, i + CALLS_AT_ONCE).map(call));
}
