// Writes body bytes in one system call, together with the head if it is still unsent, and with the end of the body.

import type { OutgoingMessage } from "node:http";
import type { BodyFraming } from "../exchange/responder.ts";

/**
 * Up to this many bytes are written as a latin1 string, which leaves them unchanged. Node joins a string with an unsent head and
 * with the chunk's size line into one plain write. For more bytes, the copies would cost more than a second buffer.
 */
const TEXT_BYTES = 16 * 1024;

/** A side that takes longer than this to catch up is slow, ms. */
export const SLOW_MS = 4;

/**
 * Up to this many bytes are a string where the other side is slow. V8 frees strings early, but lets the buffers of bodies pile up to
 * 32 MB before it frees them. One turn of the event loop rarely brings more bytes.
 */
const SLOW_TEXT_BYTES = 128 * 1024;

const LAST_CHUNK = "0\r\n\r\n";

/**
 * Writes body bytes, as a chunk where the framing is `chunked` (RFC 9112, section 7.1). An unsent head is written in any case.
 * @param last these are the last bytes: the end of the body is written with them. The caller still calls `end()`
 * @param isSlow the other side took longer than `SLOW_MS` when it had to catch up last
 * @returns false when the other side is slower than we are: then `out` emits `drain`
 */
export function write(
  out: OutgoingMessage,
  body: Buffer,
  framing: BodyFraming,
  last: boolean,
  isSlow = false,
): boolean {
  const { socket } = out;
  const isText = body.length <= (isSlow ? SLOW_TEXT_BYTES : TEXT_BYTES);
  // Node would hold writes back until the next tick. An `end()` before that would add an empty buffer. Then Node would use a
  // gathered write (`writev`), which costs twice as much.
  socket?.cork();
  const fits = framing === "chunked" ? writeChunk(out, body, last, isText) : writePlain(out, body, last, isText);
  socket?.uncork();
  // Node says no to every large write, also where the operating system has taken all of it.
  return fits || socket?.writableLength === 0;
}

function writePlain(out: OutgoingMessage, body: Buffer, last: boolean, isText: boolean): boolean {
  if (!isText) return out.write(body);
  if (body.length > 0) return out.write(body.toString("latin1"), "latin1");
  if (!last) out.flushHeaders();
  return true;
}

function writeChunk(out: OutgoingMessage, body: Buffer, last: boolean, isText: boolean): boolean {
  const end = last ? LAST_CHUNK : "";
  if (body.length === 0) {
    if (last) return out.write(end, "latin1");
    out.flushHeaders();
    return true;
  }
  const size = `${body.length.toString(16)}\r\n`;
  if (isText) return out.write(`${size}${body.toString("latin1")}\r\n${end}`, "latin1");
  out.write(size, "latin1");
  out.write(body);
  return out.write(`\r\n${end}`, "latin1");
}
