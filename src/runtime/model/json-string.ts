// Finds where a string of a JSON document ends, and decodes strings.

import { isUtf8 } from "node:buffer";

/** The chunk ends inside the string. */
export const STILL_OPEN = -1;
/** The chunk ends inside the string with a backslash: the first byte of the next chunk is escaped. */
export const OPEN_AND_ESCAPED = -2;

const BACKSLASH = 0x5c;
const CLOSING_QUOTE = 0x22;

/** A string is read byte by byte so far. A search by `indexOf` is faster only for more than that. */
const NEAR_BYTES = 16;

/**
 * Finds the quote that closes a string. Escapes are stepped over and not checked.
 * @param at where to begin, inside the string and not behind a backslash
 * @returns the index of the quote, `STILL_OPEN` or `OPEN_AND_ESCAPED`
 */
export function stringEnd(chunk: Buffer, at: number): number {
  const length = chunk.length;
  let from = at;
  for (;;) {
    const near = Math.min(length, from + NEAR_BYTES);
    from = walkString(chunk, from, near);
    if (from < near) return from;
    if (from >= length) return from > length ? OPEN_AND_ESCAPED : STILL_OPEN;
    const quote = chunk.indexOf(CLOSING_QUOTE, from);
    const isEscaped = backslashesBefore(chunk, quote === -1 ? length : quote, from) % 2 === 1;
    if (quote === -1) return isEscaped ? OPEN_AND_ESCAPED : STILL_OPEN;
    if (!isEscaped) return quote;
    from = quote + 1;
  }
}

/** The index of the closing quote when it stands before `until`, else the first index from there on that is not escaped. */
function walkString(chunk: Buffer, from: number, until: number): number {
  let at = from;
  while (at < until) {
    const byte = chunk[at];
    if (byte === CLOSING_QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at;
}

function backslashesBefore(chunk: Buffer, end: number, from: number): number {
  let first = end;
  while (first > from && chunk[first - 1] === BACKSLASH) first--;
  return end - first;
}

/** The text of a JSON string without its quotes; `undefined` when it is no valid one, or no UTF-8. */
export function decodeString(raw: Buffer): string | undefined {
  if (isPlainAscii(raw)) return raw.toString("latin1");
  if (!isUtf8(raw)) return undefined;
  try {
    const text: unknown = JSON.parse(`"${raw.toString()}"`);
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

function isPlainAscii(raw: Buffer): boolean {
  for (const byte of raw) if (byte < 0x20 || byte > 0x7e || byte === 0x5c) return false;
  return true;
}
