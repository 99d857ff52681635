// Writes WebSocket frames for the tests, with a few lines of their own as a second opinion (RFC 6455, section 5.2).

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;

export interface FrameOptions {
  readonly opcode?: number;
  /** Default true. */
  readonly isLast?: boolean;
  /** Masks the payload, as clients do. */
  readonly mask?: Buffer;
}

/** One frame. */
export function frame(payload: Buffer | string, { opcode = TEXT, isLast = true, mask }: FrameOptions = {}): Buffer {
  const body = Buffer.from(payload);
  const masked = mask === undefined ? 0 : 0x80;
  const first = (isLast ? 0x80 : 0) | opcode;
  let head: Buffer;
  if (body.length < 126) head = Buffer.from([first, masked | body.length]);
  else if (body.length < 65_536) {
    head = Buffer.from([first, masked | 126, 0, 0]);
    head.writeUInt16BE(body.length, 2);
  } else {
    head = Buffer.from([first, masked | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  if (mask === undefined) return Buffer.concat([head, body]);
  return Buffer.concat([head, mask, body.map((byte, i) => byte ^ (mask[i % 4] ?? 0))]);
}

/** One message in several frames, with a ping between them. @param cuts where the payload is cut, in bytes, in order */
export function fragments(payload: string, cuts: readonly number[], options: FrameOptions = {}): Buffer {
  const body = Buffer.from(payload);
  const ends = [...cuts, body.length];
  return Buffer.concat(
    ends.flatMap((end, i) => {
      const part = body.subarray(i === 0 ? 0 : ends[i - 1], end);
      const opcode = i === 0 ? (options.opcode ?? TEXT) : 0;
      const piece = frame(part, { ...options, opcode, isLast: i === ends.length - 1 });
      return i === 0 ? [piece] : [frame("still there?", { ...options, opcode: PING }), piece];
    }),
  );
}

/** Cuts bytes into pieces of the given lengths, again and again. */
export function pieces(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    out.push(bytes.subarray(at, at + length));
    at += length;
  }
  return out;
}
