// Describes one request and its response as guards see them. In a dry run, guards get such an object too.

import type { ErrorCode } from "./replies.ts";

/** Who the client is, as far as the gateway cares. Never holds the token itself. */
export interface Client {
  /** SHA-256 of the token, lower-case hex: the same over reloads. Counters use it as their key. */
  readonly id: string;
  /** What logs and tables show (contract, section 11, token label). */
  readonly label: string;
}

/** One request with its response, from its arrival to its end. */
export interface Exchange {
  readonly id: string;
  readonly method: string;
  /** The raw request path, without the query. */
  readonly path: string;
  /** The raw query that goes upstream, with its `?`; empty when there is none. */
  readonly query: string;
  /** Header names and values in turn, as they came: the only view of headers there is (hazard P15). */
  readonly rawHeaders: readonly string[];
  /** The client asks to go on as a WebSocket. */
  readonly asksWebSocket: boolean;
  /** True once the exchange has ended, whatever ended it. */
  readonly done: boolean;
  /** Known after the auth guard. */
  readonly client: Client | undefined;
  /** Notes who the client is. */
  identify(client: Client): void;
  /** Replaces the query that goes upstream. @param query with its `?`; empty for none */
  replaceQuery(query: string): void;
  /** Runs a release when the exchange ends: once, newest first; at once if the exchange has ended already. */
  hold(release: () => void): void;
}

/** How an exchange ended, in one word (contract, section 11): one of these, or the error code of our own reply. */
export type Outcome = ErrorCode | "success" | "preflight" | "upstream_aborted" | "client_closed";
