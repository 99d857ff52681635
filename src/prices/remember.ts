// Remembers what a function gave for a text, up to a bound: clients may send any number of names.

const MOST_ENTRIES = 1000;
/** The result for a longer text is worked out each time. */
const LONGEST_TEXT = 300;

/** The same function, with its last results remembered. All are forgotten when there are too many. */
export function remember<T>(work: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return function remembered(text) {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found as T;
    const made = work(text);
    if (text.length > LONGEST_TEXT) return made;
    if (known.size >= MOST_ENTRIES) known.clear();
    known.set(text, made);
    return made;
  };
}
