// Checks that the route trie finds the route with the longest prefix that matches the path.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildTrie } from "../../src/runtime/exchange/trie.ts";

const trieOf = (...prefixes: string[]) => buildTrie(prefixes.map((prefix) => [prefix, prefix] as const));

describe("the route trie", () => {
  it.each([
    { prefixes: ["/openai"], path: "/openai", found: "/openai" },
    { prefixes: ["/openai"], path: "/openai/", found: "/openai" },
    { prefixes: ["/openai"], path: "/openai/v1/models", found: "/openai" },
    { prefixes: ["/openai"], path: "/openai2", found: undefined },
    { prefixes: ["/openai"], path: "/open", found: undefined },
    { prefixes: ["/openai"], path: "/OpenAI", found: undefined },
    { prefixes: ["/openai"], path: "/%6fpenai", found: undefined },
    { prefixes: ["/openai"], path: "//openai", found: undefined },
    { prefixes: ["/a", "/a/b", "/a/b/c"], path: "/a/b/x", found: "/a/b" },
    { prefixes: ["/a", "/a/b/c"], path: "/a/b/x", found: "/a" },
    { prefixes: ["/", "/a"], path: "/b", found: "/" },
    { prefixes: ["/", "/a"], path: "/", found: "/" },
    { prefixes: ["/a"], path: "/", found: undefined },
    { prefixes: ["/a//b"], path: "/a//b/c", found: "/a//b" },
    { prefixes: ["/__proto__", "/constructor"], path: "/constructor/x", found: "/constructor" },
    { prefixes: ["/a"], path: "/__proto__", found: undefined },
    { prefixes: [], path: "/a", found: undefined },
  ])("with $prefixes finds $found for $path", ({ prefixes, path, found }) => {
    expect(trieOf(...prefixes).match(path)).toBe(found);
  });

  it("agrees with a one-line reference implementation for any paths", () => {
    const segment = fc.constantFrom("a", "b", "ab", "", "__proto__", "a%2fb", "ü");
    const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join("/")}`);
    const prefix = path.filter((candidate) => candidate === "/" || !candidate.endsWith("/"));
    fc.assert(
      fc.property(fc.uniqueArray(prefix, { maxLength: 8 }), path, (prefixes, asked) => {
        const takes = (p: string) => p === "/" || asked === p || asked.startsWith(`${p}/`);
        const longest = prefixes.filter(takes).sort((a, b) => b.length - a.length)[0];
        expect(trieOf(...prefixes).match(asked)).toBe(longest);
      }),
    );
  });
});
