// Parses one JSON value that stands in a chunk.

const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Most values are short strings of plain characters, such as names of models. They are read without a parser.
 * @throws as `JSON.parse` does, when it is no JSON value
 */
export function parseValue(chunk: Buffer, start: number, end: number): unknown {
  if (chunk[start] === DOUBLE_QUOTE && isPlain(chunk, start + 1, end - 1))
    return chunk.toString("latin1", start + 1, end - 1);
  return JSON.parse(chunk.toString("utf8", start, end));
}

function isPlain(chunk: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = chunk[at] as number;
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return false;
  }
  return true;
}
