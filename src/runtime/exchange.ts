// What becomes of one request? The one place that answers, breaks and ends it, each at most once.

import { STATUS_CODES } from "node:http";
import { performance } from "node:perf_hooks";
import type { Client, Exchange, Outcome } from "../plan/exchange.ts";
import type { ForwardSpec } from "../plan/forward.ts";
import type { Route } from "../plan/plan.ts";
import { type Reply, replyFor } from "../plan/replies.ts";
import type { RequestPath } from "../plan/target.ts";
import type { BodyFraming } from "./forward/write.ts";
import type { Framing } from "./headers/request-head.ts";
import { lingerOnClose } from "./linger.ts";
import type { DownstreamSocket, GatewayRequest, GatewayResponse } from "./message.ts";
import type { Observer } from "./observe/observer.ts";

/** What an exchange needs of the host it runs on. */
export interface ExchangeHost {
  /** True once answers have to end their connection. */
  readonly draining: boolean;
  /** Told what happens on the way. */
  readonly observer: Observer;
  /** Told of every exchange's end, exactly once. */
  finished(x: LiveExchange): void;
  /** Told of a bug of ours, with the place it showed. */
  bug(x: LiveExchange, err: unknown, by: string): void;
}

const INTERNAL_ERROR = replyFor("internal_error");
const NOTHING: RequestPath = { path: "", query: "" };

export class LiveExchange implements Exchange {
  readonly id: string;
  readonly req: GatewayRequest;
  readonly res: GatewayResponse;
  readonly startedAt = performance.now();
  /** Without a body until the request was examined. */
  framing: Framing = { kind: "none" };
  target: RequestPath = NOTHING;
  route: Route<LiveExchange> | undefined = undefined;
  client: Client | undefined = undefined;
  /** One of our own endpoints answers it. */
  own = false;
  /** It has passed all guards but the upstream's: it is in flight. */
  admitted = false;
  /** Requests sent upstream in the sense of retries: 0 when refused here. */
  attempts = 0;
  /** Response body bytes handed to the connection. */
  bytesSent = 0;
  /** When the response head was known, on `performance.now()`'s clock. */
  headAt: number | undefined = undefined;
  /** That head was the upstream's. */
  upstreamAnswered = false;
  /** The response is a stream of events. */
  streaming = false;
  /** When it went upstream, for the last time, on the same clock. */
  sentAt: number | undefined = undefined;
  /** What the upstream is told of the trace it is in, as a flat name, value list; nothing without tracing. */
  traceHeaders: readonly string[] | undefined = undefined;
  /** When it was over, on the same clock. */
  endedAt = 0;
  /** Downstream waits for `100 Continue` before it sends its body. */
  awaitsContinue = false;

  readonly #host: ExchangeHost;
  #holds: (() => void)[] = [];
  #outcome: Outcome | undefined = undefined;
  #closeDelimited = false;
  #done = false;

  constructor(host: ExchangeHost, id: string, req: GatewayRequest, res: GatewayResponse) {
    this.#host = host;
    this.id = id;
    this.req = req;
    this.res = res;
    res.on("close", () => this.#finish());
  }

  get method(): string {
    return this.req.method ?? "";
  }

  get path(): string {
    return this.target.path;
  }

  get rawHeaders(): readonly string[] {
    return this.req.rawHeaders;
  }

  get done(): boolean {
    return this.#done;
  }

  /** True once a response head is on its way: from then on only `break` can tell of a failure. */
  get answered(): boolean {
    return this.res.headersSent;
  }

  /** Known once the exchange is done. */
  get outcome(): Outcome {
    return this.#outcome ?? "client_closed";
  }

  /** The status to log: 499 when the client left before a head. */
  get status(): number {
    return this.answered ? this.res.statusCode : 499;
  }

  /** A body was announced and has not come whole. */
  get bodyPending(): boolean {
    return this.framing.kind !== "none" && !this.req.complete;
  }

  hold(release: () => void): void {
    if (this.#done) release();
    else this.#holds.push(release);
  }

  /** From here to its end it counts as in flight. More calls do nothing. */
  admit(): void {
    if (this.admitted) return;
    this.admitted = true;
    this.#host.observer.admitted(this);
  }

  /** It goes upstream now. */
  sending(to: ForwardSpec): void {
    this.attempts++;
    this.sentAt = performance.now();
    this.#host.observer.sending(this, to);
  }

  /** Its response, begun, is a stream of events. */
  stream(): void {
    this.streaming = true;
    this.#host.observer.streaming(this);
  }

  /** Answers with a reply of our own. After the head the only honest answer is to break the connection. */
  reply(reply: Reply): void {
    if (this.#done) return;
    if (this.answered) return this.break(reply.outcome);
    this.#outcome = reply.outcome;
    this.headAt = performance.now();
    const { body, contentType = "application/json" } = reply;
    const length = Buffer.byteLength(body);
    const head = ["content-type", contentType, "content-length", String(length)];
    head.push("x-request-id", this.id, ...reply.headers);
    if (this.endsConnection() || reply.close) head.push("connection", "close");
    this.res.writeHead(reply.status, STATUS_CODES[reply.status] ?? "", head);
    if (this.method !== "HEAD") this.bytesSent = length;
    this.res.end(body);
  }

  /**
   * Begins the upstream's response: its head is written, not yet flushed.
   * @param head flat name, value list, without framing headers other than `content-length`; taken over
   * @returns how the body after it is to be framed
   * @throws what Node throws for a head it can't send
   */
  begin(status: number, reason: string, head: string[], hasLength: boolean): BodyFraming {
    this.headAt = performance.now();
    this.upstreamAnswered = true;
    if (this.endsConnection()) head.push("connection", "close");
    this.res.writeHead(status, reason, head);
    if (this.res.chunkedEncoding) {
      // Head, size, bytes and end in one write of ours instead of up to five of Node's.
      this.res.chunkedEncoding = false;
      return "chunked";
    }
    this.#closeDelimited = !hasLength;
    return "plain";
  }

  /**
   * Whether the response about to be written has to be its connection's last: a body left unread
   * could be taken for the next request (hazard R6), and a draining gateway keeps no connection.
   */
  endsConnection(): boolean {
    const pending = this.bodyPending;
    if (pending) lingerOnClose(this.req.socket as DownstreamSocket);
    return pending || this.#host.draining;
  }

  /** A bug of ours: logged with its place, told to the client as 500 where that can still be told. */
  fail(err: unknown, by: string): void {
    this.#host.bug(this, err, by);
    this.reply(INTERNAL_ERROR);
  }

  /** The response came whole: the outcome, unless the client leaves before it has the last byte. */
  complete(): void {
    this.#outcome ??= "success";
  }

  /** Breaks the connection under a response that can't be finished, so that it is never taken for whole (fact F2). */
  break(outcome: Outcome): void {
    if (this.#done) return;
    this.#outcome = outcome;
    const { res } = this;
    // A body that only the connection's end delimits looks whole after a FIN: reset instead.
    if (this.#closeDelimited) res.socket?.resetAndDestroy();
    res.destroy();
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.endedAt = performance.now();
    if (!this.res.writableFinished && (this.#outcome === "success" || this.#outcome === undefined)) {
      this.#outcome = "client_closed";
    }
    for (let release = this.#holds.pop(); release !== undefined; release = this.#holds.pop()) release();
    this.#host.finished(this);
  }
}
