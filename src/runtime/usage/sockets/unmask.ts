// Unmasks the payload of frames (RFC 6455, section 5.3) into memory of its own.

const PART_BYTES = 16 * 1024;
/** Each part is looked at before the next one is made, so all sockets share the memory. */
const shared = Buffer.allocUnsafeSlow(PART_BYTES);

/**
 * The payload without its mask, in parts. A part holds until the next one.
 * @param payload is not changed
 * @param mask 4 bytes
 * @param taken how many bytes of the payload came before these
 */
export function* unmasked(payload: Buffer, mask: Buffer, taken: number): Generator<Buffer> {
  for (let at = 0; at < payload.length; at += PART_BYTES) {
    const part = shared.subarray(0, Math.min(PART_BYTES, payload.length - at));
    for (let i = 0; i < part.length; i++) {
      part[i] = (payload[at + i] as number) ^ (mask[(taken + at + i) & 3] as number);
    }
    yield part;
  }
}
