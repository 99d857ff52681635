// Makes the request bodies of these tests, around the bound up to which a body is kept for another attempt.

/** `max_body_bytes` of these tests. */
export const BOUND = 4096;

/** The kinds of body. `moving`: the second half is sent once the first attempt has arrived. */
export type BodyKind = "none" | "small" | "under" | "over" | "chunked" | "chunked-over" | "moving";

/** What goes over the wire: header lines for the framing, and the pieces of the body, each in a write of its own. */
export interface WireBody {
  readonly lines: readonly string[];
  readonly pieces: readonly (string | Buffer)[];
  /** What the upstream has to get. */
  readonly bytes: Buffer;
}

const SIZES: Readonly<Record<BodyKind, number>> = {
  none: 0,
  small: 120,
  under: BOUND,
  over: BOUND + 1,
  chunked: BOUND,
  "chunked-over": BOUND + 1,
  moving: BOUND,
};

/** @param fields members of the JSON object, before the padding */
export function bodyOf(kind: BodyKind, fields: object = { model: "gpt-5" }): WireBody {
  if (kind === "none") return { lines: [], pieces: [], bytes: Buffer.alloc(0) };
  const bytes = paddedJson(fields, SIZES[kind]);
  const third = Math.ceil(bytes.length / 3);
  const parts = [bytes.subarray(0, third), bytes.subarray(third, 2 * third), bytes.subarray(2 * third)];
  if (kind.startsWith("chunked")) return { lines: ["Transfer-Encoding: chunked"], pieces: inChunks(parts), bytes };
  return { lines: [`Content-Length: ${bytes.length}`], pieces: kind === "moving" ? parts : [bytes], bytes };
}

/** A JSON object of exactly `size` bytes, if its fields leave room for the padding. */
export function paddedJson(fields: object, size: number): Buffer {
  const bare = JSON.stringify({ ...fields, input: "" });
  const room = Math.max(0, size - bare.length);
  return Buffer.from(JSON.stringify({ ...fields, input: "p".repeat(room) }));
}

/** Each part as a chunk, then the last chunk. */
export function inChunks(parts: readonly Buffer[]): Buffer[] {
  const chunks = parts.map((part) => Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, CRLF]));
  return [...chunks, Buffer.from("0\r\n\r\n")];
}

const CRLF = Buffer.from("\r\n");
