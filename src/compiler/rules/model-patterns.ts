// Compares patterns of model names, in which `*` stands for any run of characters.

/** How many pairs of patterns are compared: more are in no real config, and each costs time. */
const MAX_PAIRS = 400;

/** Whether a name may fit one of the patterns: `true` also where there are too many to look at. */
export function mayMatch(patterns: readonly string[], name: string): boolean {
  return patterns.length > MAX_PAIRS || patterns.some((pattern) => matches(pattern, name));
}

/** Whether one name may fit a pattern of both lists. @param a `undefined` stands for every name */
export function mayOverlap(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a?.length === 0 || b?.length === 0) return false;
  if (a === undefined || b === undefined || a.length * b.length > MAX_PAIRS) return true;
  return a.some((one) => b.some((other) => overlap(one, other)));
}

function overlap(a: string, b: string): boolean {
  if (!a.includes("*")) return matches(b, a);
  if (!b.includes("*")) return matches(a, b);
  // With a `*` in both, only the ends can exclude each other: what is between them can stand one after the other.
  const [startA, startB] = [a.slice(0, a.indexOf("*")), b.slice(0, b.indexOf("*"))];
  const [endA, endB] = [a.slice(a.lastIndexOf("*") + 1), b.slice(b.lastIndexOf("*") + 1)];
  const starts = startA.startsWith(startB) || startB.startsWith(startA);
  return starts && (endA.endsWith(endB) || endB.endsWith(endA));
}

/** Whether every name that fits the narrow pattern fits the wide one: each `*` of it must lie within a `*` of the wide one. */
export function covers(wide: string, narrow: string): boolean {
  return matches(wide, narrow);
}

/** Whether a name fits a pattern. */
function matches(pattern: string, name: string): boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return name === pattern;
  if (name.length < start.length + end.length || !name.startsWith(start) || !name.endsWith(end)) return false;
  let from = start.length;
  for (const part of parts) {
    const found = name.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return from <= name.length - end.length;
}
