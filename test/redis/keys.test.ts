// Checks the names of keys in Redis: no two subjects share one, and none of them tells a digest.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { clientKey } from "../../src/runtime/limits/client-key.ts";
import { KeyNames } from "../../src/runtime/limits/redis/keys.ts";

const DIGEST = createHash("sha256").update("token").digest("hex");

/** What Redis Cluster looks at. */
function tagOf(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key;
}

it("names the keys of a client so that they can be read", () => {
  const names = new KeyNames("ai-gw-lite:");
  expect(names.of(clientKey("team-a.b_c"))).toEqual({
    minute: "ai-gw-lite:{client:team-a.b_c}:minute",
    slots: "ai-gw-lite:{client:team-a.b_c}:slots",
    held: "ai-gw-lite:{client:team-a.b_c}:held",
    usage: "ai-gw-lite:{client:team-a.b_c}:usage",
  });
  expect(names.undone(clientKey("a"), "id")).toBe("ai-gw-lite:{client:a}:undone:id");
  expect(names.downstream).toBe("ai-gw-lite:{downstream}:slots");
});

it("tells no digest of a token or of an upstream key", () => {
  const names = new KeyNames("p:");
  for (const name of [names.of(DIGEST).usage, names.undone(DIGEST, "id"), names.gate(`chat\n${DIGEST}`)]) {
    for (let i = 0; i + 12 <= DIGEST.length; i++) expect(name).not.toContain(DIGEST.slice(i, i + 12));
    expect(name).toMatch(/^p:\{(token|gate):[0-9a-f]{24}\}:/);
  }
});

it.each([
  "client a}b",
  "client a}",
  "client {}",
  "client ",
  "client a b",
  "client a\n",
  "client a:b",
  "downstream",
  "a",
])("hashes what is no name of a client: %j", (subject) => {
  expect(new KeyNames("p:").of(subject).usage).toMatch(/^p:\{token:[0-9a-f]{24}\}:usage$/);
});

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/).map(clientKey),
  fc.string({ unit: fc.constantFrom("a", "{", "}", ":", " ", "\n", "client ", "downstream", "gate:", "slots") }),
  fc.string(),
  fc.constantFrom(DIGEST, "client ", "client {}", "client a}b", "client a\n", "downstream", "client downstream"),
);

it("gives no two subjects or upstreams the same hash tag", () => {
  fc.assert(
    fc.property(name, name, fc.constantFrom("", "ai-gw-lite:", "a b:"), (a, b, prefix) => {
      const names = new KeyNames(prefix);
      const { minute, slots, held, usage } = names.of(a);
      expect(new Set([minute, slots, held, usage, names.undone(a, "x")].map(tagOf)).size).toBe(1);
      const tags = [usage, names.gate(a), names.downstream, ...(a === b ? [] : [names.of(b).usage, names.gate(b)])].map(
        tagOf,
      );
      expect(new Set(tags).size).toBe(tags.length);
    }),
    { numRuns: 2000 },
  );
});
