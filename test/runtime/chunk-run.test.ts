// Checks that whole chunks are found in any bytes as RFC 9112, section 7.1, defines them, wherever reads cut them, and that anything
// unusual is left to Node's parser.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChunkFollower, dataOf } from "../../src/runtime/body/chunk-run.ts";

interface Chunk {
  readonly size: number;
  readonly upper: boolean;
  /** Its data is a chunk itself, again and again, so that it can be taken for one. */
  readonly misleads: boolean;
}

const CHUNK: fc.Arbitrary<Chunk> = fc.record({
  size: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 5000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 100_000 }) },
  ),
  upper: fc.boolean(),
  misleads: fc.boolean(),
});
const CHUNKS = fc.array(CHUNK, { minLength: 1, maxLength: 12 });

function dataFor({ size, misleads }: Chunk, seed: number): Buffer {
  return misleads ? Buffer.alloc(size, "\r\n3\r\nabc\r\n0\r\n\r\n") : Buffer.alloc(size, seed);
}

function bytesOf(chunk: Chunk, seed: number): Buffer {
  const hex = chunk.size.toString(16);
  const size = `${chunk.upper ? hex.toUpperCase() : hex}\r\n`;
  return Buffer.concat([Buffer.from(size), dataFor(chunk, seed), Buffer.from("\r\n")]);
}

/** Reads chunks as the RFC says, all in one piece. @returns the position behind each chunk, up to what is not a plain chunk */
function boundariesOf(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; ; ) {
    const line = /^([1-9a-fA-F][0-9a-fA-F]{0,6})\r\n/.exec(bytes.toString("latin1", at, at + 9));
    if (line?.[1] === undefined) return found;
    const end = at + line[0].length + Number.parseInt(line[1], 16);
    if (bytes.toString("latin1", end, end + 2) !== "\r\n") return found;
    at = end + 2;
    found.push(at);
  }
}

/** Follows the bytes, which come in reads that are cut at these positions. @returns the positions at which it stood between chunks */
function followed(bytes: Buffer, cuts: readonly number[]) {
  const follower = new ChunkFollower();
  const found: number[] = [];
  const sizes: number[] = [];
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, bytes.length]) {
    const read = bytes.subarray(start, end);
    for (let at = 0; at < read.length && !follower.isLost; ) {
      const next = follower.follow(read, at);
      expect(next > at || follower.isLost).toBe(true);
      at = next;
      if (follower.isBetween) {
        found.push(start + at);
        sizes.push(follower.size);
      }
    }
    start = end;
  }
  return { follower, found, sizes };
}

const CUTS = fc.array(fc.nat(), { maxLength: 20 });

describe("plain chunks", () => {
  test("have the same ends as for a reader of the RFC, wherever they are cut", () => {
    fc.assert(
      fc.property(CHUNKS, CUTS, (chunks, cuts) => {
        const bytes = Buffer.concat(chunks.map(bytesOf));
        const { follower, found, sizes } = followed(bytes, cuts);
        expect(found).toEqual(boundariesOf(bytes));
        expect(sizes).toEqual(chunks.map(({ size }) => size));
        expect(follower.isLost).toBe(false);
        expect(follower.isBetween).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("have the same ends when every byte comes by itself", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 300 }), upper: fc.boolean(), misleads: fc.boolean() }), {
          minLength: 1,
          maxLength: 5,
        }),
        (chunks) => {
          const bytes = Buffer.concat(chunks.map(bytesOf));
          const { found } = followed(bytes, Array.from(bytes.keys()));
          expect(found).toEqual(boundariesOf(bytes));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("are between two chunks only where one has ended", () => {
    const bytes = Buffer.from("a\r\n0123456789\r\n");
    for (let cut = 1; cut < bytes.length; cut++) {
      const follower = new ChunkFollower();
      follower.follow(bytes.subarray(0, cut), 0);
      expect([cut, follower.isBetween, follower.isLost]).toEqual([cut, false, false]);
    }
  });

  test("give their data", () => {
    fc.assert(
      fc.property(CHUNKS, (chunks) => {
        const raw = Buffer.concat(chunks.map(bytesOf));
        const bytes = chunks.reduce((sum, { size }) => sum + size, 0);
        expect(dataOf({ raw, bytes }).equals(Buffer.concat(chunks.map(dataFor)))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("of the largest size are followed, and one digit more is not", () => {
    const follower = new ChunkFollower();
    follower.follow(Buffer.from("fffffff\r\nabc"), 0);
    expect(follower.isLost).toBe(false);
    expect(follower.size).toBe(0xfffffff);
    const longer = new ChunkFollower();
    longer.follow(Buffer.from("10000000\r\nabc"), 0);
    expect(longer.isLost).toBe(true);
  });
});

/** What is not a plain chunk, with how many of its bytes can be followed before that is known. */
const UNUSUAL: readonly (readonly [name: string, text: string, known: number])[] = [
  ["the last chunk", "0\r\n\r\n", 1],
  ["a last chunk of many zeros", "000\r\n\r\n", 1],
  ["zeros before the size", "05\r\nhello\r\n", 1],
  ["an extension", "5;a=b\r\nhello\r\n", 2],
  ["white space behind the size", "5 \r\nhello\r\n", 2],
  ["white space before the size", " 5\r\nhello\r\n", 1],
  ["no size", "\r\nhello\r\n", 1],
  ["a size that is no number", "g\r\nhello\r\n", 1],
  ["a sign before the size", "-5\r\nhello\r\n", 1],
  ["a prefix before the size", "0x5\r\nhello\r\n", 1],
  ["a size line that ends with LF alone", "5\nhello\r\n", 2],
  ["a size line that ends with CR alone", "5\rhello\r\n", 3],
  ["data that ends with LF alone", "5\r\nhello\n", 9],
  ["data that ends with CR alone", "5\r\nhello\r5", 10],
  ["data that is too long", "5\r\nhello!\r\n", 9],
  ["data that is too short", "5\r\nhell\r\n1\r\na\r\n", 9],
  ["eight digits", "00000005\r\nhello\r\n", 1],
  ["eight digits without zeros", "12345678\r\nhello\r\n", 8],
  ["the head of a response", "HTTP/1.1 200 OK\r\n\r\n", 1],
];

/** Bytes that a comparison of single bits could take for digits or line ends. */
const LOOKALIKES = Array.from({ length: 256 }, (_, byte) => byte).filter(
  (byte) => !/[0-9a-fA-F]/.test(String.fromCharCode(byte)),
);

describe("anything else", () => {
  test.each(UNUSUAL)("%s: it is lost at once, and never between chunks again", (_name, text, known) => {
    const bytes = Buffer.from(text, "latin1");
    for (const before of ["", "3\r\nabc\r\n"]) {
      const follower = new ChunkFollower();
      if (before !== "") follower.follow(Buffer.from(before), 0);
      for (let at = 0; at < bytes.length; at++) {
        if (!follower.isLost) follower.follow(bytes.subarray(at, at + 1), 0);
        expect([at, follower.isLost]).toEqual([at, at + 1 >= known]);
        if (follower.isLost) expect(follower.isBetween).toBe(false);
      }
      const { follower: other, found } = followed(Buffer.concat([Buffer.from(before), bytes]), []);
      expect(other.isLost).toBe(true);
      expect(other.isBetween).toBe(false);
      expect(found).toEqual(before === "" ? [] : [before.length]);
    }
  });

  test("no other byte is a digit", () => {
    for (const byte of LOOKALIKES) {
      const follower = new ChunkFollower();
      follower.follow(Buffer.from([byte, 0x0d, 0x0a, 0x61, 0x0d, 0x0a]), 0);
      expect([byte, follower.isLost]).toEqual([byte, true]);
      const second = new ChunkFollower();
      second.follow(Buffer.from([0x31, byte]), 0);
      expect([byte, second.isLost]).toEqual([byte, byte !== 0x0d]);
    }
  });

  test("a body with one wrong byte is followed exactly as far as the reader of the RFC follows it", () => {
    fc.assert(
      fc.property(CHUNKS, fc.nat(), fc.nat(255), CUTS, (chunks, place, byte, cuts) => {
        const bytes = Buffer.concat([...chunks.map(bytesOf), Buffer.from("0\r\n\r\n")]);
        bytes[place % bytes.length] = byte;
        expect(followed(bytes, cuts).found).toEqual(boundariesOf(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test("random text of the signs of chunks", () => {
    const text = fc.string({
      unit: fc.constantFrom("0", "1", "2", "a", "A", "\r\n", "\r", "\n", ";", "x"),
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, CUTS, (signs, cuts) => {
        const bytes = Buffer.from(signs);
        expect(followed(bytes, cuts).found).toEqual(boundariesOf(bytes));
      }),
      { numRuns: 2000 },
    );
  });
});
