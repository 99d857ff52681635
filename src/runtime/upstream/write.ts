// Writes body bytes in one system call, together with the head if it is still unsent, and with the end of the body.

import type { OutgoingMessage } from "node:http";
import { isRun, type Piece } from "../body/chunk-run.ts";
import type { BodyFraming } from "../exchange/responder.ts";

/**
 * Up to this many bytes are written as a latin1 string, which leaves them unchanged. Node joins a string with an unsent head and
 * with the chunk's size line into one plain write. For more bytes, the copies would cost more than a second buffer.
 */
const TEXT_BYTES = 16 * 1024;

/**
 * Up to this many bytes are a string where their memory can't be freed after the write: V8 frees strings early, but lets buffers pile
 * up. One turn of the event loop rarely brings more bytes.
 */
const SHARED_TEXT_BYTES = 128 * 1024;

const LAST_CHUNK = "0\r\n\r\n";

/**
 * Writes body bytes, as a chunk where the framing is `chunked` (RFC 9112, section 7.1). An unsent head is written in any case.
 * @param last these are the last bytes: the end of the body is written with them. The caller still calls `end()`
 * @param isOwned nobody else reads the bytes: the caller frees them after the write
 * @returns false when the other side is slower than we are: then `out` emits `drain`
 */
export function write(
  out: OutgoingMessage,
  body: Buffer,
  framing: BodyFraming,
  last: boolean,
  isOwned = false,
): boolean {
  const { socket } = out;
  const isText = body.length <= (isOwned ? TEXT_BYTES : SHARED_TEXT_BYTES);
  // Node would hold writes back until the next tick. An `end()` before that would add an empty buffer. Then Node would use a
  // gathered write (`writev`), which costs twice as much.
  socket?.cork();
  const fits = framing === "chunked" ? writeChunk(out, body, last, isText) : writePlain(out, body, last, isText);
  socket?.uncork();
  // Node says no to every large write, also where the operating system has taken all of it.
  return fits || socket?.writableLength === 0;
}

/**
 * Writes parts of a chunked body: runs of chunks as they came, each other part as a chunk. The head must have been sent.
 * @returns as `write` does
 */
export function writePieces(out: OutgoingMessage, pieces: readonly Piece[], last: boolean): boolean {
  const { socket } = out;
  let bytes = 0;
  for (const piece of pieces) bytes += isRun(piece) ? piece.raw.length : piece.length;
  socket?.cork();
  const fits = bytes <= TEXT_BYTES ? out.write(textOf(pieces, last), "latin1") : writeBuffers(out, pieces, last);
  socket?.uncork();
  return fits || socket?.writableLength === 0;
}

function textOf(pieces: readonly Piece[], last: boolean): string {
  let text = "";
  for (const piece of pieces) {
    text += isRun(piece)
      ? piece.raw.toString("latin1")
      : `${piece.length.toString(16)}\r\n${piece.toString("latin1")}\r\n`;
  }
  return last ? text + LAST_CHUNK : text;
}

function writeBuffers(out: OutgoingMessage, pieces: readonly Piece[], last: boolean): boolean {
  let fits = true;
  for (const piece of pieces) fits = isRun(piece) ? out.write(piece.raw) : writeChunk(out, piece, false, false);
  return last ? out.write(LAST_CHUNK, "latin1") : fits;
}

function writePlain(out: OutgoingMessage, body: Buffer, last: boolean, isText: boolean): boolean {
  if (!isText) return out.write(body);
  if (body.length > 0) return out.write(body.toString("latin1"), "latin1");
  if (!last) flushHead(out);
  return true;
}

function writeChunk(out: OutgoingMessage, body: Buffer, last: boolean, isText: boolean): boolean {
  const end = last ? LAST_CHUNK : "";
  if (body.length === 0) {
    if (last) return out.write(end, "latin1");
    flushHead(out);
    return true;
  }
  const size = `${body.length.toString(16)}\r\n`;
  if (isText) return out.write(`${size}${body.toString("latin1")}\r\n${end}`, "latin1");
  out.write(size, "latin1");
  out.write(body);
  return out.write(`\r\n${end}`, "latin1");
}

/** Sends the head alone. Node's `flushHeaders` would write it in UTF-8, and change the values that have letters beyond ASCII. */
function flushHead(out: OutgoingMessage): void {
  out.write("", "latin1");
}
