// Sorts the ends of exchanges: who answered, with what, and whether that is an error. Tables, charts and key figures all count
// by these results, so that they agree.

import type { Outcome } from "../../plan/exchange.ts";

/** What charts show an exchange as. A 429 is a client error, from the upstream and from the gateway. */
export type ResultClass = "good" | "client_error" | "server_error" | "client_closed";

/**
 * Who gave the complete response: the upstream, or the gateway itself. `incomplete`: nobody did, because the client
 * disconnected or the response broke off.
 */
export type ResultGroup = "upstream" | "gateway" | "incomplete";

/** One kind of end. Exchanges that ended alike share the object. */
export interface Result {
  readonly group: ResultGroup;
  /** For a response of the upstream `2xx`, `3xx`, `4xx` (without 429), `429`, `5xx` or `other`; else the outcome. */
  readonly name: string;
  readonly class: ResultClass;
  /** The word of the log and of Prometheus (contract, section 11). */
  readonly outcome: Outcome;
}

/** What of an exchange decides its result. */
export interface Ending {
  readonly outcome: Outcome;
  readonly status: number;
  /** The response headers came from the upstream. */
  readonly upstreamAnswered: boolean;
}

const fromUpstream = (name: string, resultClass: ResultClass): Result =>
  Object.freeze({ group: "upstream", name, class: resultClass, outcome: "success" });

const RATE_LIMITED = fromUpstream("429", "client_error");
/** Node's parser accepts statuses above 599. */
const OTHER = fromUpstream("other", "server_error");
/** By the first digit of the status. A final status is 200 or above, or 101: that of a WebSocket that was closed properly. */
const BY_STATUS: readonly (Result | undefined)[] = [
  undefined,
  fromUpstream("101", "good"),
  fromUpstream("2xx", "good"),
  fromUpstream("3xx", "good"),
  fromUpstream("4xx", "client_error"),
  fromUpstream("5xx", "server_error"),
];

const ownResults = new Map<Outcome, Result>();
const incompleteResults = new Map<Outcome, Result>();

/** The result of an exchange that has ended. */
export function resultOf({ outcome, status, upstreamAnswered }: Ending): Result {
  if (outcome === "success") return status === 429 ? RATE_LIMITED : (BY_STATUS[Math.floor(status / 100)] ?? OTHER);
  if (outcome === "client_closed" || upstreamAnswered) {
    const resultClass = outcome === "client_closed" ? "client_closed" : "server_error";
    return getOrMake(incompleteResults, outcome, "incomplete", resultClass);
  }
  return getOrMake(ownResults, outcome, "gateway", ownClass(status));
}

/** Whether tables count the result as an error. A client that disconnected is not one. */
export function isError({ class: resultClass }: Result): boolean {
  return resultClass === "client_error" || resultClass === "server_error";
}

/** Each code of the gateway always has the same status, so the class depends on the outcome alone. */
function ownClass(status: number): ResultClass {
  if (status >= 500) return "server_error";
  return status >= 400 ? "client_error" : "good";
}

function getOrMake(made: Map<Outcome, Result>, outcome: Outcome, group: ResultGroup, resultClass: ResultClass): Result {
  let result = made.get(outcome);
  if (result === undefined) {
    result = Object.freeze({ group, name: outcome, class: resultClass, outcome });
    made.set(outcome, result);
  }
  return result;
}
