// Writes the close frames that the gateway sends when it shuts down (RFC 6455, sections 5.5.1 and 7.4.1).

import { randomBytes } from "node:crypto";

const FINAL_CLOSE = 0x88;
const MASKED = 0x80;
/** 1001: the endpoint is going away. */
const GOING_AWAY = [0x03, 0xe9] as const;

/** @param masked frames to a server are masked, those to a client are not */
export function goingAwayFrame(masked: boolean): Buffer {
  if (!masked) return Buffer.from([FINAL_CLOSE, GOING_AWAY.length, ...GOING_AWAY]);
  const key = randomBytes(4);
  const payload = GOING_AWAY.map((byte, i) => byte ^ (key[i] as number));
  return Buffer.from([FINAL_CLOSE, MASKED | GOING_AWAY.length, ...key, ...payload]);
}
