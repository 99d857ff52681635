// Checks that lines come whole and in order, however their bytes are cut, and that a line without an end fills no memory.

import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "../../src/cli/serve/workers/line-splitter.ts";

const line = fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => text.replaceAll("\n", "|"));

test("bytes cut anywhere give the same lines, and what has no line feed is kept back", () => {
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat({ max: 12 })), line, (lines, cuts, rest) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join("") + rest);
      const splitter = new LineSplitter();
      const got: string[] = [];
      let at = 0;
      for (const size of cuts) {
        got.push(...splitter.push(bytes.subarray(at, at + size)));
        at = Math.min(bytes.length, at + size);
      }
      got.push(...splitter.push(bytes.subarray(at)));
      expect(got).toEqual(lines);
    }),
  );
});

test("a line of more than a mebibyte is dropped, and those before and after it are not", () => {
  const splitter = new LineSplitter();
  const piece = Buffer.alloc(64 * 1024, "x");
  expect(splitter.push(Buffer.from("first\nlong"))).toEqual(["first"]);
  for (let n = 0; n < 1000; n++) expect(splitter.push(piece)).toEqual([]);
  expect(splitter.push(Buffer.from("end\nnext\nla"))).toEqual(["next"]);
  expect(splitter.push(Buffer.from("st\n"))).toEqual(["last"]);
});
