// Unmasks the payload of frames (RFC 6455, section 5.3) into memory of its own.

const PART_BYTES = 16 * 1024;
/** The beginning of a message says as a rule whether the rest is of use. */
const FIRST_PART_BYTES = 128;
/** Each part is looked at before the next one is made, so all sockets share the memory. */
const shared = Buffer.allocUnsafeSlow(PART_BYTES);
/** The same memory, four bytes at a time, which is twenty times as fast. */
const words = new Uint32Array(shared.buffer);

/** The four bytes of a mask as they stand in `words`. */
const turned = Buffer.allocUnsafeSlow(4);
const turnedWord = new Uint32Array(turned.buffer);

/**
 * The payload without its mask, in parts. A part holds until the next one.
 * @param payload is not changed
 * @param mask 4 bytes
 * @param taken how many bytes of the payload came before these
 */
export function* unmasked(payload: Buffer, mask: Buffer, taken: number): Generator<Buffer> {
  for (let at = 0, most = FIRST_PART_BYTES; at < payload.length; at += most, most = PART_BYTES) {
    const length = payload.copy(shared, 0, at, Math.min(payload.length, at + most));
    const word = wordFrom(mask, taken + at);
    const count = Math.ceil(length / 4);
    for (let i = 0; i < count; i++) words[i] = (words[i] as number) ^ word;
    yield shared.subarray(0, length);
  }
}

/** The mask as it falls on four bytes of the payload. @param at the first of them */
function wordFrom(mask: Buffer, at: number): number {
  for (let i = 0; i < 4; i++) turned[i] = mask[(at + i) % 4] as number;
  return turnedWord[0] as number;
}
