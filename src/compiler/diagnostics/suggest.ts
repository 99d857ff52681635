// Suggests the known name that is nearest to an unknown one.

import { MAX_SUGGEST_LENGTH } from "../bounds.ts";

/**
 * The known name nearest to an unknown one; `undefined` when no name is near.
 * @param names the known names; of equally near ones the first is returned
 */
export function suggest(unknown: string, names: readonly string[]): string | undefined {
  if (unknown.length > MAX_SUGGEST_LENGTH) return undefined;
  const folded = fold(unknown);
  const whole = onlyNameContaining(folded, names);
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

/** The only known name that contains the unknown one: `authorization_bearer` for `bearer`. */
function onlyNameContaining(folded: string, names: readonly string[]): string | undefined {
  if (folded.length < 4) return undefined;
  const containing = names.filter((name) => fold(name).includes(folded));
  return containing.length === 1 ? containing[0] : undefined;
}

/** Makes the spellings of one name equal: `basePath`, `base-path` and `BASE_PATH`. */
function fold(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, "");
}

/** The number of insertions, deletions, replacements and swaps of neighbours between two texts; at most `limit`. */
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
