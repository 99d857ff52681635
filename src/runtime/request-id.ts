// By which id is an exchange known? The client's own when it is sane, else a new one (spec section 4, "Request id").

import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

const SANE = /^[A-Za-z0-9\-_.]{1,128}$/;

/** Random bytes of one id. */
const ID_BYTES = 16;

// One system call for many ids: asked for one by one, random bytes cost more than all the rest of an id.
const pool = new Uint8Array(256 * ID_BYTES);
let used = pool.length;

/** @param sent the value of the client's `x-request-id`, if it sent exactly one */
export function requestId(sent: string | undefined): string {
  return sent !== undefined && SANE.test(sent) ? sent : v7({ random: randomBytes() });
}

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  return pool.subarray(used - ID_BYTES, used);
}
