// By which id is an exchange known? The client's own when it is sane, else a new one (spec section 4, "Request id").

import { v7 } from "uuid";

const SANE = /^[A-Za-z0-9\-_.]{1,128}$/;

/** @param sent the value of the client's `x-request-id`, if it sent exactly one */
export function requestId(sent: string | undefined): string {
  return sent !== undefined && SANE.test(sent) ? sent : v7();
}
