// Chooses the id of an exchange: the client's own when it is well-formed, otherwise a new UUID.
// (contract, section 4, "Request id")

import { randomBytes } from "node:crypto";

const WELL_FORMED = /^[A-Za-z0-9\-_.]{1,128}$/;

/** How many random hexadecimal digits are taken for one id. 74 of their 76 bits are used (RFC 9562, section 5.7). */
const ID_DIGITS = 19;

/** Random digits are fetched for many ids at once: a system call for each id would cost more than everything else here. */
const IDS_AT_ONCE = 256;

let digits = "";
let used = 0;
let lastMs = 0;
/** The time part of the ids that were made in `lastMs`. */
let time = "";

/** @param sent the value of the client's `x-request-id`, if it sent exactly one */
export function requestId(sent: string | undefined): string {
  return sent !== undefined && WELL_FORMED.test(sent) ? sent : uuidv7(Date.now());
}

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of time, the version, 12 random bits, the variant, 62 random bits.
 * @param now ms since the epoch
 */
function uuidv7(now: number): string {
  if (now !== lastMs) {
    lastMs = now;
    const hex = now.toString(16).padStart(12, "0");
    time = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
  }
  if (used === digits.length) {
    digits = randomBytes((IDS_AT_ONCE * ID_DIGITS) / 2).toString("hex");
    used = 0;
  }
  const at = used;
  used += ID_DIGITS;
  const variant = "89ab"[Number.parseInt(digits.charAt(at), 16) & 3];
  return `${time}${digits.slice(at + 1, at + 4)}-${variant}${digits.slice(at + 4, at + 7)}-${digits.slice(at + 7, used)}`;
}
