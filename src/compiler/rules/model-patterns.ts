// Compares patterns of model names, in which `*` stands for any run of characters.

/** How many pairs of patterns are compared: more are in no real config, and each costs time. */
const MAX_PAIRS = 2500;

/** The longest pattern that is compared with others. */
const MAX_LENGTH = 200;

/** Whether a name may fit one of the patterns: `true` also where there are too many to look at. */
export function mayMatch(patterns: readonly string[], name: string): boolean {
  return mayOverlap(patterns, [name]);
}

/** Whether one name may fit a pattern of both lists. @param a `undefined` stands for every name */
export function mayOverlap(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a?.length === 0 || b?.length === 0) return false;
  if (a === undefined || b === undefined || a.length * b.length > MAX_PAIRS) return true;
  return a.some((one) => b.some((other) => overlap(one, other)));
}

/** Whether some text fits both patterns. */
function overlap(a: string, b: string): boolean {
  if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return true;
  // After the loop, `fits[j]` says whether the rest of `a` can be the rest of `b` from its character j on.
  let fits: boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = b.length; j >= 0; j--) row[j] = fitsAt(a, b, i, j, row, fits);
    fits = row;
  }
  return fits[0] === true;
}

/** @param row the results for this character of `a`. @param next those for the one behind it */
function fitsAt(
  a: string,
  b: string,
  i: number,
  j: number,
  row: readonly boolean[],
  next: readonly boolean[],
): boolean {
  if (i === a.length && j === b.length) return true;
  if (a[i] === "*") return next[j] === true || (j < b.length && row[j + 1] === true);
  if (b[j] === "*") return row[j + 1] === true || (i < a.length && next[j] === true);
  return i < a.length && j < b.length && a[i] === b[j] && next[j + 1] === true;
}
