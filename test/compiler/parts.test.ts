// Tests parts of the compiler alone: plain scalars, suggestions, addresses, positions, references, widths.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pathOf, pointer, readable } from "../../src/compiler/diagnostics/location.ts";
import { isWide } from "../../src/compiler/diagnostics/printable.ts";
import { suggest } from "../../src/compiler/diagnostics/suggest.ts";
import { isIpAddress, isLoopback, isPrivate, readAddress } from "../../src/compiler/lower/address.ts";
import { split } from "../../src/compiler/read/references.ts";
import { sourceFromBytes, sourceFromText } from "../../src/compiler/read/source.ts";
import { mayMatch, mayOverlap } from "../../src/compiler/rules/model-patterns.ts";
import { readPlain } from "../../src/compiler/schema/scalar.ts";

describe("a plain scalar", () => {
  test.each([
    ["", null],
    ["~", null],
    ["null", null],
    ["true", true],
    ["False", false],
    ["yes", "yes"],
    ["0", 0],
    ["-0", 0],
    ["42", 42],
    ["+7", 7],
    ["1.5", 1.5],
    [".5", 0.5],
    ["1e3", 1000],
    ["1_000", "1_000"],
    ["1.2.3", "1.2.3"],
    ["9007199254740991", 9007199254740991],
  ])("%j", (text, value) => {
    expect(readPlain(text)).toEqual({ kind: "value", value });
  });

  test.each([
    ["010", "10"],
    ["-007", "-7"],
    ["0o10", "8"],
    ["0x1F", "31"],
    ["9007199254740993", undefined],
    ["1e400", undefined],
    ["1e17", undefined],
    [".inf", undefined],
    ["-.INF", undefined],
    [".nan", undefined],
  ])("%j is refused", (text, write) => {
    expect(readPlain(text)).toMatchObject({ kind: "refused", write });
  });
});

describe("suggest", () => {
  const NAMES = ["prefix", "upstream", "id", "base_url", "strip_prefix", "remove_headers"];
  test.each([
    ["prefx", "prefix"],
    ["perfix", "prefix"],
    ["Prefix", "prefix"],
    ["baseUrl", "base_url"],
    ["base-url", "base_url"],
    ["upstreams", "upstream"],
    ["remove_header", "remove_headers"],
    ["di", "id"],
    ["xyz", undefined],
    ["", undefined],
    ["p".repeat(65), undefined],
  ])("%s", (unknown, meant) => {
    expect(suggest(unknown, NAMES)).toBe(meant);
  });
});

describe("patterns of model names", () => {
  test.each([
    [["gpt-*"], ["gpt-5"], true],
    [["gpt-*"], ["o4-mini"], false],
    [["gpt-5"], ["gpt-5"], true],
    [["gpt-5"], ["gpt-5-mini"], false],
    [["gpt-5"], ["GPT-5"], false],
    [["gpt-*"], ["*-mini"], true],
    [["a*b"], ["b*a"], false],
    [["a*b*"], ["*c"], true],
    [["claude-*", "o4-*"], ["gpt-*", "o*"], true],
    [["*"], [""], true],
    [[""], ["x"], false],
    [undefined, ["gpt-5"], true],
    [undefined, undefined, true],
    [[], undefined, false],
    [Array(51).fill("x"), Array(50).fill("y"), true],
  ])("%j and %j can mean one model: %s", (a, b, expected) => {
    expect(mayOverlap(a, b)).toBe(expected);
    expect(mayOverlap(b, a)).toBe(expected);
  });

  test("two patterns that can mean one name are found, and no others", () => {
    const names = ["", "a", "b"].flatMap((x) => ["", "a", "b"].flatMap((y) => ["", "a", "b"].map((z) => x + y + z)));
    const pattern = fc.array(fc.constantFrom("a", "b", "*"), { maxLength: 2 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const common = names.some((name) => mayMatch([a], name) && mayMatch([b], name));
        expect(mayOverlap([a], [b]), `${a} ${b}`).toBe(common);
      }),
    );
  });

  test("a pattern and a name, as a regular expression would match them", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 6 });
    const pattern = fc.array(fc.constantFrom("a", "b", "*"), { maxLength: 6 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(pattern, text, (one, name) => {
        expect(mayMatch([one], name)).toBe(new RegExp(`^${one.replaceAll("*", ".*")}$`).test(name));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("an address", () => {
  test.each([
    ["127.0.0.1:80", { host: "127.0.0.1", port: 80 }],
    ["[::1]:0", { host: "::1", port: 0 }],
    ["a.b:65535", { host: "a.b", port: 65535 }],
    ["a.b:65536", undefined],
    ["a.b", undefined],
    ["::1:80", undefined],
  ])("%s", (text, address) => {
    expect(readAddress(text)).toEqual(address);
  });

  test.each([
    ["127.0.0.1", true],
    ["127.8.9.10", true],
    ["localhost", true],
    ["LOCALHOST.", true],
    ["a.localhost", true],
    ["::1", true],
    ["0:0:0:0:0:0:0:1", true],
    ["0.0.0.0", false],
    ["::", false],
    ["128.0.0.1", false],
    ["127.example", false],
    ["notlocalhost", false],
  ])("%s is this machine: %s", (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

describe("the kind of a host", () => {
  test.each([
    ["10.0.0.5", true, true],
    ["172.16.0.1", true, true],
    ["172.32.0.1", true, false],
    ["192.168.1.1", true, true],
    ["8.8.8.8", true, false],
    ["0.0.0.0", true, false],
    ["fd00::1", true, true],
    ["2001:db8::1", true, false],
    ["10.example", false, false],
    ["vllm.internal", false, false],
  ])("%s", (host, address, isOfPrivateNetwork) => {
    expect([isIpAddress(host), isPrivate(host)]).toEqual([address, isOfPrivateNetwork]);
  });
});

describe("a source", () => {
  test.each([
    ["a\nbc\n", 0, { line: 1, column: 1 }],
    ["a\nbc\n", 3, { line: 2, column: 2 }],
    ["a\nbc\n", 5, { line: 3, column: 1 }],
    ["a\nbc\n", 99, { line: 3, column: 1 }],
    ["a\r\nb", 3, { line: 2, column: 1 }],
    ["\ufeffab", 0, { line: 1, column: 1 }],
    ["\ufeffab", 2, { line: 1, column: 2 }],
    ["🔑a", 2, { line: 1, column: 2 }],
    ["x\n🔑🔑a", 6, { line: 2, column: 3 }],
    ["", 0, { line: 1, column: 1 }],
  ])("%j at %i", (text, offset, position) => {
    expect(sourceFromText("f", text).position(offset)).toEqual(position);
  });

  test("knows bytes that are no UTF-8 from a U+FFFD that is written", () => {
    expect(sourceFromBytes("f", new Uint8Array([0x61, 0xff])).wellFormed).toBe(false);
    expect(sourceFromBytes("f", new TextEncoder().encode("a\ufffd")).wellFormed).toBe(true);
  });
});

describe("splitting", () => {
  test.each([
    ["a", [{ kind: "literal", text: "a" }]],
    ["", []],
    ["${A}", [{ kind: "env", start: 0, end: 4, name: "A", fallback: undefined }]],
    [
      "x${A:-b}",
      [
        { kind: "literal", text: "x" },
        { kind: "env", start: 1, end: 8, name: "A", fallback: "b" },
      ],
    ],
    ["$${A}", [{ kind: "literal", text: "${A}" }]],
    ["${file:a/b}", [{ kind: "file", start: 0, end: 11, path: "a/b" }]],
  ])("%j", (text, parts) => {
    expect([...split(text)]).toEqual(parts);
  });

  test.each(["${", "${A", "${}", "${1}", "${A B}", "${A:}", "${file:}", "${A:-${B}}", "${A ${B}"])(
    "%j is malformed",
    (text) => {
      expect([...split(text)].map(({ kind }) => kind)).toContain("malformed");
    },
  );
});

describe("paths", () => {
  test("to JSON Pointers and back", () => {
    expect(pointer(["a/b", "c~d", 0])).toBe("/a~1b/c~0d/0");
    expect(pathOf("/a~1b/c~0d/0")).toEqual(["a/b", "c~d", "0"]);
    expect(pointer([])).toBe("");
    expect(readable(["routes", 0, "upstream"])).toBe("routes[0].upstream");
  });
});

describe("the width of a character on a terminal", () => {
  test.each([
    ["a", false],
    ["é", false],
    ["密", true],
    ["\uac00", true],
    ["\u{1f300}", true],
    ["\u3250", true],
    ["🔑", true],
  ])("%s takes two cells: %s", (char, wide) => {
    expect(isWide(char)).toBe(wide);
  });
});
