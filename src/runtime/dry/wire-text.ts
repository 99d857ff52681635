// Converts between text as people write it and text as Node's HTTP parser hands it on: one character for each byte.
//
// Clients send text beyond ASCII as UTF-8. A dry run must compare the same bytes as the gateway does.

const BEYOND_ASCII = /[^\0-\x7f]/;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The text as the parser reads it from the wire. */
export function asSent(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** The text as people read it. Bytes that are not UTF-8 are shown as Latin-1. */
export function asShown(bytes: string): string {
  if (!BEYOND_ASCII.test(bytes)) return bytes;
  try {
    return UTF8.decode(Buffer.from(bytes, "latin1"));
  } catch {
    return bytes;
  }
}
