// Opens WebSockets on bare sockets, and writes and reads their frames: what a test sends and sees is exact to the byte.

import { AUTH } from "./config.ts";
import { type RawClient, type RawHead, requestText } from "./raw-client.ts";
import type { RawConnection } from "./upstream.ts";
import type { Wire } from "./wire.ts";

/** The key of the RFC's example, and what a server answers to it (RFC 6455, section 1.3). */
export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** The header lines of a handshake that asks in the usual way. */
export const ASKS: readonly string[] = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  `Sec-WebSocket-Key: ${KEY}`,
  "Sec-WebSocket-Version: 13",
];

/** The head of an answer that opens a WebSocket. */
export function switching(...lines: readonly string[]): string {
  const all = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${ACCEPT}`, ...lines];
  return `HTTP/1.1 101 Switching Protocols\r\n${all.join("\r\n")}\r\n\r\n`;
}

/** A handshake with a valid token. @param lines further header lines */
export function handshake(target = "/up/v1/realtime", ...lines: readonly string[]): string {
  return requestText("GET", target, [AUTH, ...ASKS, ...lines]);
}

export interface OpenedPair {
  readonly client: RawClient;
  readonly upstream: RawConnection;
  readonly head: RawHead;
}

/** Opens a WebSocket through the gateway. @param client a fresh one @param connection the next at the upstream */
export async function openSocket(
  client: RawClient,
  connection: () => Promise<RawConnection>,
  request = handshake(),
): Promise<OpenedPair> {
  await client.send(request);
  const upstream = await connection();
  await upstream.requestHead();
  await upstream.send(switching());
  return { client, upstream, head: await client.head() };
}

const MASK = Buffer.from([0x11, 0x22, 0x33, 0x44]);

export interface FrameOptions {
  /** Frames of a client are masked. */
  readonly masked?: boolean;
  readonly opcode?: number;
  readonly final?: boolean;
}

/** The bytes of a frame. */
export function frame(payload: string | Uint8Array, { masked = false, opcode = 1, final = true }: FrameOptions = {}) {
  const body = Buffer.from(payload as Uint8Array);
  const { length } = body;
  const mask = masked ? 0x80 : 0;
  const first = (final ? 0x80 : 0) | opcode;
  let head: Buffer;
  if (length < 126) head = Buffer.from([first, mask | length]);
  else if (length < 65_536) {
    head = Buffer.from([first, mask | 126, 0, 0]);
    head.writeUInt16BE(length, 2);
  } else {
    head = Buffer.alloc(10);
    head.set([first, mask | 127]);
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  if (!masked) return Buffer.concat([head, body]);
  return Buffer.concat([head, MASK, body.map((byte, i) => byte ^ (MASK[i % 4] as number))]);
}

/** The bytes of a close frame. */
export function closeFrame(code: number, masked = false): Buffer {
  return frame(Buffer.from([code >> 8, code & 0xff]), { masked, opcode: 8 });
}

/** Waits for these bytes, and takes them. */
export async function expectBytes(wire: Wire, bytes: Buffer): Promise<Buffer> {
  await wire.until(`${bytes.length} bytes`, () => (wire.bytes.length >= bytes.length ? true : undefined));
  return wire.take(bytes.length);
}
