// How did an exchange end, in the four ways that a chart or a table tells apart?

import type { Outcome } from "../../plan/exchange.ts";

/** Whoever made the status: an upstream's 429 is a client error as ours is. What was cut after its head is a server error. */
export type ResultClass = "good" | "client_error" | "server_error" | "client_closed";

export function resultClassOf(outcome: Outcome, status: number): ResultClass {
  if (outcome === "client_closed") return "client_closed";
  if (status >= 500 || outcome === "upstream_aborted" || outcome === "upstream_timeout") return "server_error";
  return status >= 400 ? "client_error" : "good";
}

/** Errors are what a table sums up as such: a client that left is none. */
export function isError(ending: ResultClass): boolean {
  return ending === "client_error" || ending === "server_error";
}
