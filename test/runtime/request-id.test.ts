// Checks when the client's request id is used, and that the gateway's own ids are unique UUIDs of version 7.

import { describe, expect, it } from "vitest";
import { requestId } from "../../src/runtime/downstream/request-id.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("a request id", () => {
  it("is the client's own when it is valid", () => {
    expect(requestId("req_1.A-b")).toBe("req_1.A-b");
  });

  it.each([undefined, "", "with space", "ü", "x".repeat(129)])("is a new UUID of version 7 for %j", (sent) => {
    const before = Date.now();
    const id = requestId(sent);
    const madeAt = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
    expect(id).toMatch(UUID_V7);
    expect(madeAt).toBeGreaterThanOrEqual(before);
    expect(madeAt).toBeLessThanOrEqual(Date.now());
  });

  it("is never repeated, also after the pool of random bytes is used up, and uses every variant", () => {
    const ids = Array.from({ length: 1000 }, () => requestId(undefined));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(UUID_V7);
    expect(new Set(ids.map((id) => id.charAt(19)))).toEqual(new Set(["8", "9", "a", "b"]));
  });
});
