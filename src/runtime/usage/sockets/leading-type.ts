// Reads the `type` of a JSON message where it is the first member, as servers write it: much faster than a scan of the message.

const DOUBLE_QUOTE = 0x22;
const MAX_TYPE_BYTES = 80;
const BEGINNINGS: readonly Buffer[] = ['{"type":"', '{"type": "'].map((text) => Buffer.from(text));

/**
 * @param bytes the beginning of a message
 * @returns `undefined` when the first member is another one, or does not lie whole in these bytes
 */
export function leadingType(bytes: Buffer): string | undefined {
  for (const beginning of BEGINNINGS) {
    const start = beginning.length;
    if (!startsWith(bytes, beginning)) continue;
    const most = Math.min(bytes.length, start + MAX_TYPE_BYTES);
    for (let at = start; at < most; at++) if (bytes[at] === DOUBLE_QUOTE) return bytes.toString("latin1", start, at);
    return undefined;
  }
  return undefined;
}

function startsWith(bytes: Buffer, beginning: Buffer): boolean {
  if (bytes.length < beginning.length) return false;
  for (let i = 0; i < beginning.length; i++) if (bytes[i] !== beginning[i]) return false;
  return true;
}
