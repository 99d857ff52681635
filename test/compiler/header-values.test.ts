// Checks that no config puts a character into a header of a request to an upstream that would change the head: nobody checks these
// headers again, and a character beyond U+00FF would be cut to its low byte, which can be a line feed.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import { CLEAN, ENV, hostOf, type World } from "./compiling.ts";

const BAD = fc.oneof(
  fc.constantFrom("\r", "\n", "\r\nx: y", "\0", "\x7f", "\u010a", "\u010d", "\u0100", "\u2028", "\u{1f40a}"),
  fc.integer({ min: 0x100, max: 0xd7ff }).map((code) => String.fromCharCode(code)),
);
/** Not at the end: the line end of a file is taken off. */
const value = fc.tuple(fc.string({ maxLength: 5 }), BAD).map(([before, bad]) => `a${before}${bad}z`);

function codesOf(text: string, world: World): string[] {
  const compiled = compile(sourceFromText("config.yaml", text), hostOf(world));
  return compiled.diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

const PLACES: readonly { readonly name: string; readonly text: string }[] = [
  { name: "the value of an injected header", text: CLEAN },
  { name: "the name of an injected header", text: CLEAN.replace("name: authorization", "name: x-${KEY}") },
  { name: "the user agent", text: `${CLEAN.replace("Bearer ${KEY}", "x")}      user_agent: a\${KEY}\n` },
];

test.each(PLACES)("$name takes no such character from the environment", ({ text }) => {
  expect(codesOf(text, { env: ENV })).toEqual([]);
  fc.assert(
    fc.property(value, (KEY) => {
      expect(codesOf(text, { env: { ...ENV, KEY } })).toContain("schema/pattern");
    }),
    { numRuns: 200 },
  );
});

test("the value of an injected header takes none from a file", () => {
  const text = CLEAN.replace("${KEY}", "${file:key.txt}");
  expect(codesOf(text, { env: ENV, files: { "key.txt": "sk-abcdefghij\n" } })).toEqual([]);
  fc.assert(
    fc.property(value, (key) => {
      const files = { "key.txt": key };
      expect(codesOf(text, { env: ENV, files })).not.toEqual([]);
    }),
    { numRuns: 200 },
  );
});
