// Sorts the results of exchanges into the four classes that charts and tables show.

import type { Outcome } from "../../plan/exchange.ts";

/**
 * The class depends on the status, not on who sent it: a 429 is a client error, from the upstream and from the gateway.
 * A response that the upstream broke off after its headers is a server error.
 */
export type ResultClass = "good" | "client_error" | "server_error" | "client_closed";

export function resultClassOf(outcome: Outcome, status: number): ResultClass {
  if (outcome === "client_closed") return "client_closed";
  if (status >= 500 || outcome === "upstream_aborted" || outcome === "upstream_timeout") return "server_error";
  return status >= 400 ? "client_error" : "good";
}

/** Whether tables count the result as an error. A client that disconnected is not one. */
export function isError(result: ResultClass): boolean {
  return result === "client_error" || result === "server_error";
}
