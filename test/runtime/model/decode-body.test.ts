// Checks that bytes that are deflate data in two ways, with another text in each, are not decoded for the look.

import { deflateRawSync, deflateSync, inflateRawSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBody } from "../../../src/runtime/model/decode-body.ts";

const MAX = 1_000_000;

it("refuses bytes that hold one text as zlib's format and another as bare deflate data", () => {
  const both = twoTexts();
  expect(inflateSync(both).toString("latin1")).toMatch(/^{"x":"a+.*b+","model":"good"}$/s);
  expect(JSON.parse(inflateRawSync(both).toString())).toMatchObject({ model: "evil" });
  expect(decodeBody(both, "deflate", MAX)).toBeUndefined();
});

it("decodes what the two formats usually hold", () => {
  const options = fc.record({ level: fc.integer({ min: 0, max: 9 }), windowBits: fc.integer({ min: 9, max: 15 }) });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), options, (bytes, how) => {
      const text = Buffer.from(bytes);
      expect(decodeBody(deflateSync(text, how), "deflate", MAX)).toEqual(text);
      expect(decodeBody(deflateRawSync(text, how), "deflate", MAX)).toEqual(text);
    }),
  );
});

/**
 * Zlib's header `48 0d` is, as bare data, the head of a stored block of 0x200d bytes, and what is the head of zlib's first block ends
 * up in that length. So both texts begin with blanks and the same long string, and part where the shorter block ends: what is the
 * next block of one belongs to the string of the other.
 */
function twoTexts(): Buffer {
  const shared = Buffer.from(`{"x":"${"a".repeat(0x200d - 2 - 6)}`);
  const begun = Buffer.concat([shared, deflateRawSync(Buffer.from('","model":"evil"}'))]);
  const end = Buffer.from('","model":"good"}');
  const own = Buffer.concat([begun, Buffer.alloc(0xdff2 - begun.length - end.length, "b"), end]);
  return Buffer.concat([Buffer.from([0x48, 0x0d, 0x20, 0xf2, 0xdf, 0x0d, 0x20]), own, zlibEnd(own)]);
}

/** An empty last block, and the checksum of the text. */
function zlibEnd(text: Buffer): Buffer {
  let [a, b] = [1, 0];
  for (const byte of text) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(b * 65_536 + a);
  return Buffer.concat([Buffer.from([1, 0, 0, 0xff, 0xff]), sum]);
}
