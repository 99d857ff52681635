// Holds the facts of one exchange. The log, the metrics and the spans are made from them.

import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import type { TLSSocket } from "node:tls";
import type { Client, Outcome } from "../../plan/exchange.ts";
import type { RetryWord } from "../../plan/forward.ts";

/** The upstream an exchange goes to. */
export interface ChosenUpstream {
  readonly id: string;
  /** Host and port, as in the `host` header. */
  readonly host: string;
  /** The key under which its in-flight limit counts, if it has one. */
  readonly gateKey: string;
}

/** How an attempt ended: with a response that was passed on, or with a failure, named by its `retry_on` word if it has one. */
export type AttemptResult = "success" | RetryWord | "failure";

/** An attempt that has ended. One that the client ended before a response came has no result, and is not told. */
export interface EndedAttempt {
  /** The id of the upstream that was asked. */
  readonly upstream: string;
  readonly result: AttemptResult;
  /** The upstream's status, where it answered. */
  readonly status: number | undefined;
  /** From its start to its response head, or to its failure, ms. */
  readonly ms: number;
}

/** Times are on the clock of `performance.now()`, ms. */
export interface ExchangeRecord {
  readonly id: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly httpVersion: string;
  readonly scheme: "http" | "https";
  /** Names and values in turn; empty once the request's headers are no longer needed. For the trace context only. */
  readonly rawHeaders: readonly string[];
  readonly route: { readonly id: string; readonly prefix: string } | undefined;
  readonly client: Client | undefined;
  /** A built-in endpoint answers it. */
  readonly builtIn: boolean;
  readonly upstream: ChosenUpstream | undefined;
  readonly startedAt: number;
  /** It has passed all guards: it is in flight. */
  readonly admitted: boolean;
  /** How many attempts to send it upstream were made; a replay on a fresh connection is no attempt. 0 if it was refused. */
  readonly attempts: number;
  /** The attempts that failed and were followed by another, oldest first. */
  readonly failedAttempts: readonly EndedAttempt[];
  /** When the last attempt began. */
  readonly sentAt: number | undefined;
  /** When the response head was ready to be sent. */
  readonly headAt: number | undefined;
  /** The response head came from the upstream. */
  readonly upstreamAnswered: boolean;
  /** The response is a stream of events. */
  readonly streaming: boolean;
  /** It has become a WebSocket. */
  readonly webSocket: boolean;
  /** A usage record will follow: observers are told of it with `metered`, after `ended`. */
  readonly metered: boolean;
  /** Response body bytes handed to the connection; for a WebSocket, its bytes. */
  readonly bytesSent: number;
  /** Bytes of a WebSocket that came from the client. */
  readonly bytesReceived: number;
  /** 0 until the exchange has ended. */
  readonly endedAt: number;
  /** Final once the exchange has ended. */
  readonly outcome: Outcome;
  /** The status to log: 499 when the client left before a response head. */
  readonly status: number;
  /** Why the message was refused, in a few words; only where the outcome alone does not say it. */
  readonly cause: string | undefined;
}

const NO_ATTEMPTS: readonly EndedAttempt[] = Object.freeze([]);

/** The record while its exchange is in progress. Only the exchange writes to it. */
export class RecordInProgress implements ExchangeRecord {
  readonly id: string;
  readonly method: string;
  readonly httpVersion: string;
  readonly scheme: "http" | "https";
  rawHeaders: readonly string[];
  path = "";
  route: ExchangeRecord["route"] = undefined;
  client: Client | undefined = undefined;
  builtIn = false;
  upstream: ChosenUpstream | undefined = undefined;
  readonly startedAt = performance.now();
  admitted = false;
  attempts = 0;
  failedAttempts = NO_ATTEMPTS;
  sentAt: number | undefined = undefined;
  headAt: number | undefined = undefined;
  upstreamAnswered = false;
  streaming = false;
  webSocket = false;
  metered = false;
  bytesSent = 0;
  bytesReceived = 0;
  endedAt = 0;
  outcome: Outcome = "client_closed";
  status = 499;
  cause: string | undefined = undefined;

  /** The record of a request that has just begun. */
  static of(id: string, { method = "", httpVersion, rawHeaders, socket }: IncomingMessage): RecordInProgress {
    const scheme = (socket as TLSSocket).encrypted ? "https" : "http";
    return new RecordInProgress(id, { method, httpVersion, scheme, rawHeaders });
  }

  constructor(id: string, request: Pick<ExchangeRecord, "method" | "httpVersion" | "scheme" | "rawHeaders">) {
    this.id = id;
    this.method = request.method;
    this.httpVersion = request.httpVersion;
    this.scheme = request.scheme;
    this.rawHeaders = request.rawHeaders;
  }

  /** Notes that an attempt begins. */
  sending(): void {
    this.attempts++;
    this.sentAt = performance.now();
  }

  /** Notes the time of the head, unless the connection is gone already: then the client gets nothing of it. */
  noteHead({ socket }: IncomingMessage): void {
    if (!socket.destroyed) this.headAt = performance.now();
  }

  /**
   * Notes how the exchange has ended.
   * @param status of the response; `undefined` when none has begun
   * @param finished the last byte of the response was handed to the operating system
   * @param outcome `undefined` when the client left
   */
  end(status: number | undefined, finished: boolean, outcome: Outcome = "client_closed"): void {
    const lost = status !== undefined && this.headAt === undefined;
    this.endedAt = performance.now();
    this.outcome = lost || (outcome === "success" && !finished) ? "client_closed" : outcome;
    this.status = status === undefined || lost ? 499 : status;
    if (lost) this.bytesSent = 0;
  }
}
