// Checks which request targets are accepted, and which path is sent to the upstream for them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTarget, upstreamPath } from "../../src/plan/target.ts";

describe("reading a request target", () => {
  it.each([
    { target: "/a/b?x=1", path: "/a/b", query: "?x=1" },
    { target: "/a?", path: "/a", query: "" },
    { target: "/a??x", path: "/a", query: "??x" },
    { target: "/a?u=http://h/../x", path: "/a", query: "?u=http://h/../x" },
    { target: "//a//b", path: "//a//b", query: "" },
    { target: "/a%20b%2Fc", path: "/a%20b%2Fc", query: "" },
    { target: "/.well-known/x", path: "/.well-known/x", query: "" },
    { target: "/a/...", path: "/a/...", query: "" },
    { target: "/v1.2/x..y", path: "/v1.2/x..y", query: "" },
    { target: "http://h:1/a?b", path: "/a", query: "?b" },
    { target: "HTTPS://h", path: "/", query: "" },
    { target: "http://h?q", path: "/", query: "?q" },
  ])("accepts $target", ({ target, path, query }) => {
    expect(readTarget(target)).toEqual({ path, query });
  });

  it.each([
    "",
    "*",
    "h:443",
    "a/b",
    "/.",
    "/..",
    "/a/./b",
    "/a/../b",
    "/a/%2e%2E/b",
    "/a/.%2e",
    "/a%2f..%2fb",
    "/a%2F%2e%2e",
    "/a\\b",
    "/a%5Cb",
    "/a#b",
    "/a?b#c",
    "http://h/../x",
  ])("refuses %j", (target) => {
    expect(readTarget(target)).toBeUndefined();
  });

  it("never lets a dot segment through, however it is encoded", () => {
    const dots = fc.constantFrom(".", "..", "%2e", "%2E%2e", ".%2e", "%2e.");
    const slash = fc.constantFrom("/", "%2f", "%2F");
    const word = fc.constantFrom("a", "v1", "x.y");
    fc.assert(
      fc.property(word, slash, dots, fc.option(slash), fc.option(word), (before, a, dot, b, after) => {
        expect(readTarget(`/${before}${a}${dot}${b ?? ""}${b === null ? "" : (after ?? "")}`)).toBeUndefined();
      }),
    );
  });
});

describe("the upstream path of", () => {
  it.each([
    { prefix: "/openai", base: "/v1", asked: "/openai/chat", sent: "/v1/chat" },
    { prefix: "/openai", base: "/v1", asked: "/openai", sent: "/v1/" },
    { prefix: "/openai", base: "/v1", asked: "/openai/", sent: "/v1/" },
    { prefix: "/openai", base: "", asked: "/openai?x=1", sent: "/?x=1" },
    { prefix: "/openai", base: "/v1", asked: "/openai?", sent: "/v1/" },
    { prefix: "/openai", base: "/v1", asked: "/openai//chat", sent: "/v1//chat" },
    { prefix: "/openai", base: "/v1", asked: "/openai/a%2Fb", sent: "/v1/a%2Fb" },
    { prefix: "/", base: "/v1", asked: "/chat", sent: "/v1/chat" },
    { prefix: "/", base: "", asked: "/", sent: "/" },
  ])("$asked is $sent, with prefix $prefix and base path '$base'", ({ prefix, base, asked, sent }) => {
    const request = readTarget(asked);
    if (request === undefined) throw new Error("the case is wrong");
    expect(upstreamPath({ prefix, stripPrefix: true }, { basePath: base }, request)).toBe(sent);
  });

  it("a route that does not strip its prefix keeps the prefix", () => {
    const asked = { path: "/openai/x", query: "?q" };
    expect(upstreamPath({ prefix: "/openai", stripPrefix: false }, { basePath: "/base" }, asked)).toBe(
      "/base/openai/x?q",
    );
  });
});
