// Makes one upstream request, and reports its response head and its failure. Never answers the client.

import type { ClientRequest, IncomingMessage } from "node:http";
import type { ReplyCode } from "../../plan/replies.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import { type ResponseHead, responseHead } from "../headers/response-head.ts";
import { lists } from "../headers/upgrade.ts";
import { failureCode, failureLabel } from "./connections/failure.ts";
import { onTlsCut } from "./connections/tls-cut.ts";
import { noteIdleHint, wasEstablished, wasStale } from "./connections/upstream-socket.ts";
import type { RequestEvents, SwitchedUpstream, UpstreamRequest } from "./http-proxy.ts";
import type { LinkedUpstream } from "./linked-upstream.ts";

/** Why an attempt failed. */
export interface AttemptFailure {
  /** The code of the reply to the client; `upstream_aborted` when the response head had arrived. */
  readonly outcome: ReplyCode | "upstream_aborted";
  /** In a few words, without secrets. */
  readonly cause: string;
  /** It failed on a reused connection, at once and before a byte of the response: on a fresh connection it may succeed. */
  readonly stale: boolean;
  /** Its connection was made, so the upstream may have seen the request. */
  readonly reached: boolean;
}

/** Failures that say nothing about the upstream. */
const CAUSED_BY_CLIENT: ReadonlySet<AttemptFailure["outcome"]> = new Set<AttemptFailure["outcome"]>([
  "request_timeout",
  "bad_request",
  "model_unreadable",
]);

/** Whether a failure with this outcome is the upstream's, not the client's. */
export function isUpstreams(outcome: AttemptFailure["outcome"]): boolean {
  return !CAUSED_BY_CLIENT.has(outcome);
}

/** Receives the result of an attempt. */
export interface AttemptOwner {
  onHead(response: IncomingMessage, head: Readonly<ResponseHead>): void;
  /** The WebSocket was opened. The attempt is over, and its connection belongs to the owner. */
  onSwitched(switched: SwitchedUpstream): void;
  /** Called once at most, before or after the response head. The attempt is over. */
  onFailure(failure: AttemptFailure): void;
}

export class Attempt implements RequestEvents {
  readonly #owner: AttemptOwner;
  readonly #upstream: LinkedUpstream;
  readonly #requestId: string;
  #request: ClientRequest | undefined = undefined;
  #response: IncomingMessage | undefined = undefined;
  /** It goes through a tunnel, though other requests go to the proxy itself. */
  #tunnelled = false;
  #over = false;

  constructor(owner: AttemptOwner, upstream: LinkedUpstream, requestId: string) {
    this.#owner = owner;
    this.#upstream = upstream;
    this.#requestId = requestId;
  }

  /** Sends the head. @returns the request to write the body to; `undefined` when the attempt has failed already */
  send({ req, responder }: LiveExchange, request: UpstreamRequest): ClientRequest | undefined {
    const tunnelled = request.webSocket ? this.#upstream.webSocket : undefined;
    this.#tunnelled = tunnelled !== undefined;
    this.#request = (tunnelled ?? this.#upstream).engine.send(req, responder.res, request, this, (err) =>
      this.#failed(err),
    );
    return this.#request;
  }

  /** Its connection is not established yet. */
  get connecting(): boolean {
    const request = this.#request;
    return request !== undefined && !request.reusedSocket && !wasEstablished(request);
  }

  /** All of the request was handed to the operating system, and the attempt is not over. */
  get sentWhole(): boolean {
    return !this.#over && this.#request?.writableFinished === true;
  }

  onResponse(response: IncomingMessage): void {
    const request = this.#request;
    if (this.#over || request === undefined) return void response.destroy();
    this.#response = response;
    const { statusCode = 0 } = response;
    // A 407 comes from the outbound proxy and is meant for the gateway, not for the client.
    if (statusCode === 407 && this.#upstream.toProxy && !this.#tunnelled)
      return this.#fail("upstream_connect_error", "proxy answered 407");
    const head = responseHead(response.rawHeaders, this.#requestId, statusCode);
    noteIdleHint(request, head.idleMs);
    // A 101 without the headers of an upgrade arrives as a response (hazard P10).
    if (head.foreignCoding || statusCode < 200) return this.#fail("upstream_request_failed", "unusable response head");
    // Only the end of the connection delimits the body, or there is no body. In both cases it is the connection's last response.
    if (!head.hasLength && !head.coded && request.shouldKeepAlive === false) {
      onTlsCut(response.socket, () => this.#fail("upstream_aborted", "cut TLS connection"));
    }
    response.on("close", () => {
      if (!response.complete) this.#fail("upstream_aborted", "cut response");
    });
    this.#owner.onHead(response, head);
  }

  onSwitched(switched: SwitchedUpstream): void {
    const { socket, response } = switched;
    if (this.#over || !lists(response.rawHeaders, "upgrade", "websocket")) {
      socket.on("error", () => {}).destroy();
      return this.#fail("upstream_request_failed", "unasked upgrade");
    }
    this.#over = true;
    this.#owner.onSwitched(switched);
  }

  onUpgrade(): void {
    this.#fail("upstream_request_failed", "unasked upgrade");
  }

  /**
   * Releases the upstream. Its connection is kept only if request and response are both complete (hazard R8).
   * @param sent the whole request was sent
   */
  close(sent: boolean): void {
    this.#over = true;
    if (!sent || this.#response?.complete !== true) this.#request?.destroy();
  }

  #failed(err: Error): void {
    const request = this.#request;
    // Node refuses to send these headers. They are the client's.
    if (request === undefined) return this.#fail("bad_request", failureLabel(err));
    if (this.#response === undefined)
      return this.#fail(failureCode(err, request), failureLabel(err), wasStale(request, this.#upstream.agent.times));
    if (!this.#response.complete) this.#fail("upstream_aborted", failureLabel(err));
  }

  #fail(outcome: AttemptFailure["outcome"], cause: string, stale = false): void {
    if (this.#over) return;
    const reached = !this.connecting;
    this.#over = true;
    this.#owner.onFailure({ outcome, cause: this.#upstream.describe(outcome, cause), stale, reached });
  }
}
