// Matches a path to the route with the longest prefix that ends on a segment boundary (contract, section 3).

/** Finds the longest prefix of a path. Matching cost depends on the path's segments, not on the number of routes. */
export interface RouteTrie<T> {
  /** @param path the raw request path, starting with `/`, without the query */
  match(path: string): T | undefined;
}

interface Node<T> {
  readonly children: Map<string, Node<T>>;
  value: T | undefined;
}

/**
 * Builds a trie of prefixes.
 * @param entries prefix and value; a prefix starts with `/` and only `/` itself ends with one. Of equal prefixes the last wins.
 */
export function buildTrie<T>(entries: Iterable<readonly [prefix: string, value: T]>): RouteTrie<T> {
  const root: Node<T> = { children: new Map(), value: undefined };
  for (const [prefix, value] of entries) {
    let node = root;
    for (const segment of prefix === "/" ? [] : prefix.slice(1).split("/")) {
      let child = node.children.get(segment);
      if (child === undefined) {
        child = { children: new Map(), value: undefined };
        node.children.set(segment, child);
      }
      node = child;
    }
    node.value = value;
  }
  // The maps are not exposed: a frozen Map could still be changed (fact F8).
  return Object.freeze({ match: (path: string) => longestMatch(root, path) });
}

function longestMatch<T>(root: Node<T>, path: string): T | undefined {
  let node = root;
  let best = root.value;
  let start = 1;
  while (start <= path.length && node.children.size > 0) {
    const slash = path.indexOf("/", start);
    const end = slash === -1 ? path.length : slash;
    const child = node.children.get(path.slice(start, end));
    if (child === undefined) return best;
    node = child;
    best = child.value ?? best;
    start = end + 1;
  }
  return best;
}
