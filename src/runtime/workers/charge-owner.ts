// Names who writes charges to Redis, where several processes share budgets.

import { randomBytes } from "node:crypto";
import type { ChargeOwner } from "../limits/shared/shared-counts.ts";

/**
 * The owner of a gateway. In a worker it is given a process of its own.
 * @param ledger the id of its ledger; `undefined`: it has none that lasts, so nothing is known of earlier runs
 */
export function onlyOwner(ledger: string | undefined): ChargeOwner {
  return { ledger: ledger ?? randomId(), run: randomId(), process: "0" };
}

/** A name that nobody else has: 72 random bits, as 12 characters. */
export function randomId(): string {
  return randomBytes(9).toString("base64url");
}
