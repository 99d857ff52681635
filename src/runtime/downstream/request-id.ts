// Chooses the id of an exchange: the client's own when it is well-formed, otherwise a new UUID.
// (contract, section 4, "Request id")

import { randomFillSync } from "node:crypto";

const WELL_FORMED = /^[A-Za-z0-9\-_.]{1,128}$/;

/** How many random bytes are taken for one id. 74 of their 80 bits are used (RFC 9562, section 5.7). */
const ID_BYTES = 10;

// Random bytes are fetched for many ids at once: a system call for each id would cost more than everything else here.
const pool = Buffer.alloc(256 * ID_BYTES);
let used = pool.length;

/** @param sent the value of the client's `x-request-id`, if it sent exactly one */
export function requestId(sent: string | undefined): string {
  return sent !== undefined && WELL_FORMED.test(sent) ? sent : uuidv7(Date.now(), randomHex());
}

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of time, the version, 12 random bits, the variant, 62 random bits.
 * @param now ms since the epoch
 * @param random 20 hexadecimal digits
 */
function uuidv7(now: number, random: string): string {
  const time = now.toString(16).padStart(12, "0");
  const variant = "89ab"[Number.parseInt(random.charAt(3), 16) & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

function randomHex(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  return pool.toString("hex", used - ID_BYTES, used);
}
