// How do body bytes leave? In one system call with what belongs before and behind them.

import type { BodyFraming } from "../exchange.ts";
import type { GatewayResponse } from "../message.ts";

/**
 * Up to this many bytes travel as a latin1 string, which Node joins with an unsent head into one write, bytes unchanged.
 * Above it the copy would cost more than the second buffer.
 */
export const JOIN_BYTES = 16 * 1024;

const LAST_CHUNK = "0\r\n\r\n";

/**
 * Writes body bytes, in a chunk where the framing asks for one (RFC 9112, section 7.1).
 * @param last these are the last bytes: the body's end goes with them
 * @returns false when the client is slower than we are
 */
export function write(res: GatewayResponse, body: Buffer, framing: BodyFraming, last: boolean): boolean {
  const end = last && framing === "chunked" ? LAST_CHUNK : "";
  if (body.length === 0) return end === "" || res.write(end, "latin1");
  if (framing === "plain") {
    return body.length > JOIN_BYTES ? res.write(body) : res.write(body.toString("latin1"), "latin1");
  }
  const size = `${body.length.toString(16)}\r\n`;
  if (body.length <= JOIN_BYTES) return res.write(`${size}${body.toString("latin1")}\r\n${end}`, "latin1");
  res.cork();
  res.write(size, "latin1");
  res.write(body);
  const ready = res.write(`\r\n${end}`, "latin1");
  res.uncork();
  return ready;
}
