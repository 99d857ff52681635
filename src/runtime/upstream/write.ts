// Writes body bytes in one system call, together with the head if it is still unsent, and with the end of the body.

import type { OutgoingMessage } from "node:http";
import type { BodyFraming } from "../exchange/responder.ts";

/**
 * Up to this many bytes are written as a latin1 string, which leaves them unchanged. Node joins a string with an unsent head and
 * with the chunk's size line into one plain write. V8 also frees strings early, but lets the buffers of bodies pile up to 32 MB
 * before it frees them. One turn of the event loop rarely brings more bytes. For more bytes, the copy would cost more than a
 * second buffer.
 */
const JOIN_BYTES = 128 * 1024;

const LAST_CHUNK = "0\r\n\r\n";

/**
 * Writes body bytes, as a chunk where the framing is `chunked` (RFC 9112, section 7.1). An unsent head is written in any case.
 * @param last these are the last bytes: the end of the body is written with them. The caller still calls `end()`
 * @returns false when the other side is slower than we are
 */
export function write(out: OutgoingMessage, body: Buffer, framing: BodyFraming, last: boolean): boolean {
  const { socket } = out;
  // Node would hold writes back until the next tick. An `end()` before that would add an empty buffer. Then Node would use a
  // gathered write (`writev`), which costs twice as much.
  socket?.cork();
  const ready = framing === "chunked" ? writeChunk(out, body, last) : writePlain(out, body, last);
  socket?.uncork();
  return ready;
}

function writePlain(out: OutgoingMessage, body: Buffer, last: boolean): boolean {
  if (body.length > JOIN_BYTES) return out.write(body);
  if (body.length > 0) return out.write(body.toString("latin1"), "latin1");
  if (!last) out.flushHeaders();
  return true;
}

function writeChunk(out: OutgoingMessage, body: Buffer, last: boolean): boolean {
  const end = last ? LAST_CHUNK : "";
  if (body.length === 0) {
    if (last) return out.write(end, "latin1");
    out.flushHeaders();
    return true;
  }
  const size = `${body.length.toString(16)}\r\n`;
  if (body.length <= JOIN_BYTES) return out.write(`${size}${body.toString("latin1")}\r\n${end}`, "latin1");
  out.write(size, "latin1");
  out.write(body);
  return out.write(`\r\n${end}`, "latin1");
}
