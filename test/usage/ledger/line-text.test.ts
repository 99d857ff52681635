// Tests the text of the ledger's lines: it is the line's JSON, and no part of it is taken for a line.

import fc from "fast-check";
import { expect, test } from "vitest";
import { lineText, readLine } from "../../../src/runtime/usage/ledger/line-text.ts";
import { line } from "./ledger-folder.ts";

const anyText = fc.string({ unit: "binary" });
const count = fc.option(fc.nat(), { nil: null });

const anyLine = fc
  .record({
    request_id: anyText,
    client: fc.oneof(anyText, fc.constant("__proto__")),
    route: anyText,
    upstream: anyText,
    model: fc.option(anyText, { nil: null }),
    requested_model: fc.option(anyText, { nil: null }),
    input_tokens: count,
    output_tokens: count,
    cost_usd: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: null }),
    price: fc.option(anyText, { nil: null }),
    charged_usd: fc.double({ min: 0, max: 1e5, noNaN: true }),
    stream: fc.boolean(),
    outcome: anyText,
    ttft_ms: count,
  })
  .map(line);

test("a line is written as the JSON of its members, in their order", () => {
  fc.assert(
    fc.property(anyLine, (some) => {
      expect(lineText(some)).toBe(`${JSON.stringify(some)}\n`);
    }),
  );
});

test("lone halves of characters don't break the file's coding", () => {
  const text = lineText(line({ client: "a\ud800b" }));
  expect(Buffer.from(text).toString("utf8")).toBe(text);
  expect(readLine(text)?.client).toBe("a\ud800b");
});

test("no part of a line is taken for a line", () => {
  const text = lineText(line({ client: 'a"}' })).trimEnd();
  expect(readLine(text)).toBeDefined();
  for (let end = 0; end < text.length; end++) expect(readLine(text.slice(0, end))).toBeUndefined();
  for (let start = 1; start < text.length; start++) expect(readLine(text.slice(start))).toBeUndefined();
});

test.each([
  ["another time", { at: "2026-11-23" }],
  ["no client", { client: null }],
  ["a negative charge", { charged_tokens: -1 }],
  ["a charge in words", { charged_usd: "1" }],
])("what is no line is not taken for one: %s", (_, wrong) => {
  expect(readLine(JSON.stringify({ ...line(), ...wrong }))).toBeUndefined();
});

test("a charge without an end is not taken for a line", () => {
  expect(readLine(lineText(line()).replace('"charged_usd":0.00125', '"charged_usd":1e999'))).toBeUndefined();
});
