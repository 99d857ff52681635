// Makes the vectors of embeddings from the text's hash, so that equal texts get equal vectors.

import { createHash } from "node:crypto";

/** Few enough to read on a screen. A request can ask for another number. */
export const DIMENSIONS = 16;
export const MAX_DIMENSIONS = 4096;

/** Whether a vector can have this many numbers. */
export function isDimension(asked: unknown): asked is number {
  return typeof asked === "number" && Number.isInteger(asked) && asked >= 1 && asked <= MAX_DIMENSIONS;
}

/**
 * A vector of length 1 that depends on the text only.
 * @param dimensions how many numbers it has
 */
export function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let i = 0; i < dimensions; i += 8) {
    const digest = createHash("sha256").update(`${i}:${text}`).digest();
    for (let j = 0; j < 8 && i + j < dimensions; j++) vector[i + j] = digest.readInt32LE(j * 4) / 2 ** 31;
  }
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}
