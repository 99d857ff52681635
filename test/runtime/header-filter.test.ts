// Checks that the filter for requests keeps the same headers as the one that reads the rules for each header, whatever was sent
// before, and that it remembers no more names than it may.

import fc from "fast-check";
import { expect, test } from "vitest";
import { linkedFilter, plainFilter } from "../../src/runtime/headers/header-filter.ts";

const RULES = {
  dropped: new Set(["connection", "te", "upgrade", "authorization", "x-secret", "expect", "host"]),
  protectedHeaders: new Set(["host", "content-length", "transfer-encoding", "x-request-id"]),
};

const plainName = fc.constantFrom("host", "te", "accept", "x-secret", "x-request-id", "x-a", "upgrade", "connection");
const spelled = fc
  .tuple(plainName, fc.constantFrom("lower", "upper", "under"))
  .map(([name, spelling]) =>
    spelling === "lower" ? name : spelling === "upper" ? name.toUpperCase() : name.replaceAll("-", "_"),
  );
const name = fc.oneof(
  { weight: 5, arbitrary: spelled },
  fc.constantFrom("Sec-WebSocket-Key", "SEC_WEBSOCKET_X"),
  fc.string({ minLength: 1, maxLength: 80 }),
);
const value = fc.oneof(
  fc.constantFrom("keep-alive", "close", "Keep-Alive", "", "x-a", "X_A, close", "accept,te", "host, x-request-id", "1"),
  fc.string(),
);
const message = fc.array(fc.tuple(name, value), { maxLength: 12 }).map((pairs) => pairs.flat());

test("the linked filter keeps what the plain one keeps", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
      const linked = linkedFilter(RULES);
      const plain = plainFilter(RULES);
      for (const rawHeaders of messages) {
        const byLinked = ["host", "up.example"];
        const byPlain = ["host", "up.example"];
        linked(rawHeaders, byLinked);
        plain(rawHeaders, byPlain);
        expect(byLinked).toEqual(byPlain);
      }
    }),
    { numRuns: 2000 },
  );
});

test("more names than are remembered are kept and dropped all the same", () => {
  const linked = linkedFilter(RULES);
  const names = Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? `x-${i}` : `sec-websocket-${i}`));
  const rawHeaders = names.flatMap((each) => [each, "1"]);
  for (let round = 0; round < 2; round++) {
    const kept: string[] = [];
    linked(rawHeaders, kept);
    expect(kept.filter((_, i) => i % 2 === 0)).toEqual(names.filter((each) => each.startsWith("x-")));
  }
});
