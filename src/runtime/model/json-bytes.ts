// Sorts the bytes of JSON by what they do outside strings.

/** Bytes that may stand outside strings and neither open nor close anything: blanks, `,`, `:`, numbers, `true`, `false`, `null`. */
export const PLAIN = 0;
/** `"` */
export const QUOTE = 1;
/** `{` or `[` */
export const OPEN = 2;
/** `}` or `]` */
export const CLOSE = 3;
/** Bytes that JSON never has outside strings. */
export const FORBIDDEN = 4;

/** The kind of each byte outside strings. */
export const KIND_OF_BYTE: Readonly<Uint8Array> = kinds();

function kinds(): Uint8Array {
  const table = new Uint8Array(256).fill(FORBIDDEN);
  for (const byte of Buffer.from(" \t\r\n,:+-.0123456789eEtrufalsn")) table[byte] = PLAIN;
  for (const byte of Buffer.from("{[")) table[byte] = OPEN;
  for (const byte of Buffer.from("}]")) table[byte] = CLOSE;
  table[0x22] = QUOTE;
  return table;
}

const COMMA = 0x2c;
const COLON = 0x3a;

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The byte may stand in a number, in `true`, `false` or `null`. */
export function isLiteralByte(byte: number): boolean {
  return KIND_OF_BYTE[byte] === PLAIN && byte !== COMMA && byte !== COLON && !isBlank(byte);
}
