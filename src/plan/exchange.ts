// Describes one request and its response as guards see them. In a dry run, guards get such an object too.

import type { ErrorCode } from "./replies.ts";
import type { BudgetSpec, Charge, Reservation } from "./usage.ts";

/** Who the client is, as far as the gateway cares. Never holds the token itself. */
export interface Client {
  /** The same over reloads. Counters use it as their key. For a token without a client its SHA-256, lower-case hex. */
  readonly id: string;
  /** What logs and tables show: the client's id, or the token label (contract, section 11). */
  readonly label: string;
  /** What the client may do; `undefined` for a token without a client, which may do everything. */
  readonly access: ClientAccess | undefined;
}

/** What a client may do, and how much (contract, section 12). `undefined`: anything. */
export interface ClientAccess {
  /** The ids of the routes that it may use. */
  readonly routes: readonly string[] | undefined;
  /** Patterns of the models that it may use. `*` stands for any run of characters. */
  readonly models: readonly string[] | undefined;
  /** Requests per minute, over all routes. */
  readonly ratePerMinute: number | undefined;
  /** Requests in flight, over all routes. */
  readonly maxInflight: number | undefined;
  /** Tokens per minute, over all routes. */
  readonly tokensPerMinute: number | undefined;
  /** What it may use in a day, a week, a month or in all. Empty: anything. */
  readonly budgets: readonly BudgetSpec[];
}

/** The models that a request names: none, some, or `undefined` when they can't be read. */
export type ModelNames = readonly string[] | undefined;

/** What is known of how large a request is, and its response may be. */
export interface RequestSize {
  /** By `content-length`; without one, the bytes that are held, without their content coding. */
  readonly bodyBytes: number;
  /** The most tokens that the model may write; `undefined` where the request gives no such limit. */
  readonly outputLimit: number | undefined;
}

/**
 * What a request asks of its connection: `none` for no WebSocket, `ready` for one that can be opened. `other_version`: it is not
 * asked with GET, HTTP/1.1 and version 13. `malformed`: its key is missing or wrong, or it has a body. `late`: it would be ready,
 * but its connection is not free, since the response before it has not ended.
 */
export type Handshake = "none" | "ready" | "other_version" | "malformed" | "late";

/** What is remembered of a client's connection while it is open. Clients show the same token with each request. */
export interface ConnectionMemory {
  /** The last valid token, and what it was found to be. `by` tells which list of tokens it was found in. */
  token: { readonly by: object; readonly found: ReadonlyMap<string, unknown> } | undefined;
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
  /** The client asks to go on as a WebSocket, in HTTP/1.1. */
  readonly asksWebSocket: boolean;
  /** How it asks, in whichever version of HTTP. */
  readonly handshake: Handshake;
  /** What is remembered of its connection; `undefined` in a dry run. */
  readonly connection?: ConnectionMemory;
  /** True once the exchange has ended, whatever ended it. */
  readonly done: boolean;
  /** Known after the auth guard. */
  readonly client: Client | undefined;
  /** Notes who the client is. */
  identify(client: Client): void;
  /** Notes why the request is refused, where the reply does not say it. */
  noteCause(cause: string): void;
  /**
   * Reads the models that the request names (contract, section 12). The first part of its body is held for that.
   * @param maxBytes how much may be held
   * @param idleMs the longest time in which the client may send nothing of it, ms; 0 = any
   * @returns a promise where the body has not come yet
   */
  readModels(maxBytes: number, idleMs: number): ModelNames | Promise<ModelNames>;
  /** How large the request is, as far as its body is held. Called once its models were read. @param maxBytes as for these */
  readSize(maxBytes: number): RequestSize;
  /** Notes what it may use of its client's budgets. It is reserved later, with all other limits. */
  expect(estimate: Charge): void;
  /** Takes what is reserved of the client's budgets for this exchange. It is settled at the latest when the exchange has ended. */
  reserve(reservation: Reservation): void;
  /** Replaces the query that goes upstream. @param query with its `?`; empty for none */
  replaceQuery(query: string): void;
  /** Runs a release when the exchange ends: once, newest first; at once if the exchange has ended already. */
  hold(release: () => void): void;
}

/** How an exchange ended, in one word (contract, section 11): one of these, or the error code of our own reply. */
export type Outcome = ErrorCode | "success" | "preflight" | "upstream_aborted" | "client_closed";
