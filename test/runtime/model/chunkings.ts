// Cuts bodies into chunks, for tests of what reads them chunk by chunk.

import fc from "fast-check";

/** Where to cut a body: shares of its length. */
export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

/** The body in chunks. Two equal cuts make an empty chunk. */
export function cutBody(body: Buffer, shares: readonly number[]): Buffer[] {
  const ends = [...shares.map((share) => Math.floor(share * body.length)), body.length].toSorted((a, b) => a - b);
  return ends.map((end, i) => body.subarray(i === 0 ? 0 : ends[i - 1], end));
}

/** The body as one chunk, as chunks of one byte, and cut once in the middle. */
export function usualChunkings(body: Buffer): Buffer[][] {
  const bytes = Array.from(body, (_, i) => body.subarray(i, i + 1));
  return [[body], bytes, cutBody(body, [0.5])];
}
