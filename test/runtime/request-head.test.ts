// Checks which headers go to the upstream for given client headers and header rules.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeaderRules, UpstreamTarget } from "../../src/plan/forward.ts";
import { HOP_BY_HOP } from "../../src/plan/header-names.ts";
import { Secret } from "../../src/plan/secret.ts";
import { canonicalName } from "../../src/runtime/headers/hop-by-hop.ts";
import { type Framing, requestHeadWriter } from "../../src/runtime/headers/request-head.ts";

const NO_RULES: HeaderRules = {
  tokenHeaders: ["authorization"],
  remove: [],
  forwardXff: false,
  inject: [],
  userAgent: undefined,
};
const NONE: Framing = { kind: "none" };

function head(rules: Partial<HeaderRules>, rawHeaders: string[], framing: Framing = NONE, method = "GET"): string[] {
  const spec = { headers: { ...NO_RULES, ...rules }, target: { host: "up.example" } as UpstreamTarget };
  return requestHeadWriter(spec)({ method, rawHeaders, framing, requestId: "id-1", peer: "10.0.0.9" });
}

function values(list: readonly string[], name: string): string[] {
  return list.filter((_, i) => i % 2 === 1 && (list[i - 1] ?? "").toLowerCase() === name);
}

describe("the writer of request headers", () => {
  it("forwards other headers unchanged, repeats and spelling included", () => {
    expect(head({}, ["X-A", "1", "x-a", "2", "Accept", "*/*"])).toEqual([
      "host",
      "up.example",
      "X-A",
      "1",
      "x-a",
      "2",
      "Accept",
      "*/*",
      "x-request-id",
      "id-1",
    ]);
  });

  it.each([
    { name: "the token header", raw: ["AUTHORIZATION", "Bearer t"], gone: "authorization" },
    {
      name: "the token header spelled with underscores",
      rules: { tokenHeaders: ["x-gw-token"] },
      raw: ["x_gw_token", "t"],
      gone: "x_gw_token",
    },
    { name: "expect", raw: ["Expect", "100-continue"], gone: "expect" },
    { name: "a header that connection names", raw: ["Connection", "close, X-Hop", "x-hop", "1"], gone: "x-hop" },
    {
      name: "a header that a second connection header names",
      raw: ["connection", "a", "Connection", "b", "b", "1"],
      gone: "b",
    },
    { name: "remove_headers", rules: { remove: ["x-secret"] }, raw: ["X-Secret", "1"], gone: "x-secret" },
    { name: "forwarding headers", raw: ["X-Forwarded-For", "1.1.1.1"], gone: "x-forwarded-for" },
    {
      name: "forwarding headers spelled with underscores",
      raw: ["X_Forwarded_For", "1.1.1.1"],
      gone: "x_forwarded_for",
    },
    { name: "a trailer announcement", raw: ["Trailer", "x"], gone: "trailer" },
  ])("drops $name", ({ raw, gone, rules = {} }) => {
    expect(values(head(rules, raw), gone)).toEqual([]);
  });

  it.each([
    {
      names: "content-length",
      raw: ["Connection", "content-length"],
      framing: { kind: "length", length: "5" } as const,
      want: ["content-length", ["5"]],
    },
    {
      names: "transfer-encoding",
      raw: ["Connection", "transfer-encoding"],
      framing: { kind: "chunked" } as const,
      want: ["transfer-encoding", ["chunked"]],
    },
    { names: "host", raw: ["Connection", "host"], framing: NONE, want: ["host", ["up.example"]] },
    {
      names: "an injected header",
      raw: ["Connection", "x-key", "x-key", "client"],
      framing: NONE,
      want: ["x-key", ["up"]],
    },
  ] as const)(
    "does not let the client's connection header remove $names",
    ({ raw, framing, want: [name, expected] }) => {
      const rules = { inject: [{ name: "x-key", value: new Secret("up") }] };
      expect(values(head(rules, [...raw], framing), name)).toEqual(expected);
    },
  );

  it("replaces all of an injected name, however it is spelled", () => {
    const rules = { inject: [{ name: "X-Api-Key", value: new Secret("up") }] };
    const sent = head(rules, ["x-api-key", "a", "X-API-KEY", "b", "x_api_key", "c"]);
    expect(sent.filter((part) => canonicalName(part) === "x-api-key")).toEqual(["X-Api-Key"]);
    expect(values(sent, "x-api-key")).toEqual(["up"]);
  });

  it("sends a header as many times as the rules inject it", () => {
    const rules = {
      inject: [
        { name: "x-a", value: new Secret("1") },
        { name: "x-a", value: new Secret("2") },
      ],
    };
    expect(values(head(rules, []), "x-a")).toEqual(["1", "2"]);
  });

  it("appends the client's address to x-forwarded-for with forward_xff", () => {
    const sent = head({ forwardXff: true }, [
      "X-Forwarded-For",
      "1.1.1.1",
      "x-forwarded-for",
      "2.2.2.2",
      "X-Real-IP",
      "3.3.3.3",
    ]);
    expect(values(sent, "x-forwarded-for")).toEqual(["1.1.1.1, 2.2.2.2, 10.0.0.9"]);
    expect(values(sent, "x-real-ip")).toEqual(["3.3.3.3"]);
    expect(values(head({ forwardXff: true }, []), "x-forwarded-for")).toEqual(["10.0.0.9"]);
    expect(
      values(
        head({ forwardXff: true, remove: ["x-forwarded-for"] }, ["x-forwarded-for", "1.1.1.1"]),
        "x-forwarded-for",
      ),
    ).toEqual(["10.0.0.9"]);
  });

  it("overrides the user agent", () => {
    expect(values(head({ userAgent: "gw" }, ["User-Agent", "curl"]), "user-agent")).toEqual(["gw"]);
  });

  it("sends `content-length: 0` for methods that usually have a body", () => {
    expect(values(head({}, [], NONE, "POST"), "content-length")).toEqual(["0"]);
    expect(values(head({}, [], NONE, "PROPFIND"), "content-length")).toEqual(["0"]);
    expect(values(head({}, [], NONE, "DELETE"), "content-length")).toEqual([]);
  });

  it("drops hop-by-hop and token headers, whatever the client sends", () => {
    const name = fc.constantFrom(...HOP_BY_HOP, "Authorization", "Expect", "x-a", "Content-Type", "cookie", "x_b");
    const spelled = fc.tuple(name, fc.boolean()).map(([n, upper]) => (upper ? n.toUpperCase() : n));
    const value = fc.constantFrom("close", "keep-alive, x-a", "x-a, content-length, host", "1", "");
    fc.assert(
      fc.property(fc.array(fc.tuple(spelled, value), { maxLength: 12 }), (pairs) => {
        const sent = head({}, pairs.flat(), { kind: "chunked" }, "POST");
        const names = sent.filter((_, i) => i % 2 === 0).map(canonicalName);
        const named = pairs
          .filter(([n]) => n.toLowerCase() === "connection")
          .flatMap(([, v]) => v.split(",").map((p) => p.trim()));
        for (const gone of ["connection", "te", "trailer", "upgrade", "keep-alive", "authorization", "expect"])
          expect(names).not.toContain(gone);
        if (named.includes("x-a")) expect(names).not.toContain("x-a");
        expect(values(sent, "transfer-encoding")).toEqual(["chunked"]);
        expect(values(sent, "content-length")).toEqual([]);
        expect(values(sent, "host")).toEqual(["up.example"]);
      }),
    );
  });
});
