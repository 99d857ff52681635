// What may a guard see of a request, and what may it ask for? This, so that `explain` can run the same guards on a dry one.

import type { ErrorCode } from "./replies.ts";

/** Who the client is, as far as the gateway cares: never the token itself. */
export interface Client {
  /** Stable for a token over reloads: the SHA-256 of it, base64url. Keys counters. */
  readonly id: string;
  /** What logs and tables show (spec section 11, token label). */
  readonly label: string;
}

/** One request with its response, from accept to close, as guards see it. */
export interface Exchange {
  readonly id: string;
  readonly method: string;
  /** The raw request path, without the query. */
  readonly path: string;
  /** Header names and values in turn, as they came: the only view of headers there is (hazard P15). */
  readonly rawHeaders: readonly string[];
  /** True once the exchange has ended, whoever ended it. */
  readonly done: boolean;
  client: Client | undefined;
  /** Ties a release to the exchange's end: run once, newest first; at once if the exchange has ended already. */
  hold(release: () => void): void;
}

/** How an exchange ended, in one word (spec section 11): one of these, or the error word of our own reply. */
export type Outcome = ErrorCode | "success" | "preflight" | "upstream_aborted" | "client_closed";
