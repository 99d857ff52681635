// Holds the text of a config file and converts offsets to lines and columns, counted as editors count them.

import type { Position, Range, Span } from "../diagnostics/location.ts";

export interface Source {
  /** The file name that findings show. */
  readonly file: string;
  readonly text: string;
  /** Size of the file, bytes. */
  readonly bytes: number;
  /** Whether the file was well-formed UTF-8. If it was not, the text holds U+FFFD. */
  readonly wellFormed: boolean;
  position(offset: number): Position;
  range(span: Span): Range;
  /** The span of a line, without its line break and byte order mark. @param line 1-based */
  line(line: number): Span;
}

const BOM = "\ufeff";

/** Reads a file's bytes as UTF-8. Never throws: bytes that are not UTF-8 become U+FFFD, and `wellFormed` is false. */
export function sourceFromBytes(file: string, bytes: Uint8Array): Source {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const wellFormed = !text.includes("\ufffd") || isUtf8(bytes);
  return makeSource(file, text, bytes.byteLength, wellFormed);
}

export function sourceFromText(file: string, text: string): Source {
  return makeSource(file, text, new TextEncoder().encode(text).byteLength, true);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function makeSource(file: string, text: string, bytes: number, wellFormed: boolean): Source {
  const index = lazily(() => indexOf(text));

  function position(offset: number): Position {
    const { lines, pairs } = index();
    const at = Math.max(0, Math.min(offset, text.length));
    const line = Math.max(1, countUpTo(lines, at));
    const start = lines[line - 1] ?? 0;
    return { line, column: Math.max(0, at - start - (countUpTo(pairs, at - 1) - countUpTo(pairs, start - 1))) + 1 };
  }

  function line(number: number): Span {
    const { lines } = index();
    const start = lines[number - 1] ?? text.length;
    const next = lines[number];
    let end = next === undefined ? text.length : next - 1;
    if (text[end - 1] === "\r" && end > start) end--;
    return { start, end };
  }

  const range = (span: Span): Range => ({ start: position(span.start), end: position(span.end) });
  return { file, text, bytes, wellFormed, position, range, line };
}

interface Index {
  /** Offset of each line's first character. */
  readonly lines: readonly number[];
  /** Offset of each second half of a surrogate pair: two units, one code point. */
  readonly pairs: readonly number[];
}

function indexOf(text: string): Index {
  const lines = [text.startsWith(BOM) ? 1 : 0];
  const pairs: number[] = [];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines.push(at + 1);
  for (const match of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) pairs.push(match.index + 1);
  return { lines, pairs };
}

/** How many of the sorted numbers are at most `limit`. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Makes a value when it is first needed, and only once. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
