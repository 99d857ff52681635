// How do body bytes leave? In one system call with what belongs before and behind them.

import type { OutgoingMessage } from "node:http";

/** How a body is framed: in chunks we write ourselves, or as it is. */
export type BodyFraming = "chunked" | "plain";

/**
 * Up to this many bytes travel as a latin1 string, bytes unchanged: Node joins it with an unsent head and with the chunk's
 * framing into one plain write, and V8 frees it early, while the buffers of bodies pile up to 32 MB before it looks at them.
 * A turn of the event loop seldom brings more; above this a copy would cost more than a second buffer.
 */
const JOIN_BYTES = 128 * 1024;

const LAST_CHUNK = "0\r\n\r\n";

/**
 * Writes body bytes, in a chunk where the framing asks for one (RFC 9112, section 7.1), and an unsent head in any case.
 * @param last these are the last bytes: the body's end goes with them; `end()` is still the caller's
 * @returns false when the other side is slower than we are
 */
export function write(out: OutgoingMessage, body: Buffer, framing: BodyFraming, last: boolean): boolean {
  const ready = framing === "chunked" ? writeChunk(out, body, last) : writePlain(out, body, last);
  // Node holds writes back until the next tick; an `end()` before that would add an empty buffer of its own
  // and make one write into a gathered one, which costs twice as much.
  out.socket?.uncork();
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
