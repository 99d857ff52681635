// Matches model names with patterns in which `*` stands for any run of characters (contract, section 12, `models`).

/**
 * Makes the test for a list of patterns. All but `*` is literal, and case counts. An empty list takes no model.
 * The time of a test grows with the name's length times the patterns' length at most, whatever the name is.
 */
export function modelMatcher(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.some((pattern) => /^\*+$/.test(pattern))) return () => true;
  const exact = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const wild = patterns.filter((pattern) => pattern.includes("*")).map(wildMatcher);
  if (wild.length === 0) return (name) => exact.has(name);
  return (name) => exact.has(name) || wild.some((matches) => matches(name));
}

/**
 * Takes the first place for each part between two stars. A later place would leave the other parts less room, so nothing
 * ever needs to be tried again.
 */
function wildMatcher(pattern: string): (name: string) => boolean {
  const parts = pattern.split("*");
  const head = parts[0] ?? "";
  const tail = parts.at(-1) ?? "";
  const middle = parts.slice(1, -1).filter((part) => part !== "");
  return function matches(name) {
    if (!name.startsWith(head) || !name.endsWith(tail)) return false;
    const end = name.length - tail.length;
    let at = head.length;
    for (const part of middle) {
      const found = name.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}
