// Which items of a list say what an earlier one says? The search that the duplicate rules share.

/**
 * Calls `found` for each item whose key an earlier one has.
 * @param keyOf `undefined` leaves the item out
 */
export function eachDuplicate<T>(
  items: readonly T[],
  keyOf: (item: T, index: number) => string | undefined,
  found: (index: number, first: number) => void,
): void {
  const seen = new Map<string, number>();
  items.forEach((item, index) => {
    const key = keyOf(item, index);
    if (key === undefined) return;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else found(index, first);
  });
}
