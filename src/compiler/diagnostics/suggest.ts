// Which of the known names was meant?

import { MAX_SUGGEST_LENGTH } from "../bounds.ts";

/**
 * The name nearest to one that is unknown, or `undefined` when none is near.
 * @param names of equally near ones the first wins
 */
export function suggest(unknown: string, names: readonly string[]): string | undefined {
  if (unknown.length > MAX_SUGGEST_LENGTH) return undefined;
  const folded = fold(unknown);
  const whole = onlyOneHolding(folded, names);
  if (whole !== undefined) return whole;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(folded.length / 3)) + 1;
  for (const name of names) {
    const distance = fold(name) === folded ? 0 : editDistance(folded, fold(name), bestDistance);
    if (distance >= bestDistance || name === unknown) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
}

/** The one name that the unknown one is a part of: `bearer` of `authorization_bearer`. */
function onlyOneHolding(folded: string, names: readonly string[]): string | undefined {
  if (folded.length < 4) return undefined;
  const holding = names.filter((name) => fold(name).includes(folded));
  return holding.length === 1 ? holding[0] : undefined;
}

/** Spellings of one name: `basePath`, `base-path` and `BASE_PATH` are alike. */
function fold(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours that make one text the other; at most `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return Math.min(limit, last[b.length] ?? limit);
}
