// What becomes of one request? The one place that answers, breaks and ends it, each at most once.

import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { Client, Exchange, Outcome } from "../../plan/exchange.ts";
import type { ForwardSpec } from "../../plan/forward.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { ResponseFormat } from "../../plan/response-format.ts";
import type { RequestPath } from "../../plan/target.ts";
import type { PlanGeneration } from "../generation.ts";
import type { Framing } from "../headers/request-head.ts";
import { renderReply } from "../replies/render-reply.ts";
import type { BodyFraming } from "../upstream/write.ts";
import { type DownstreamSocket, type GatewayRequest, type GatewayResponse, resetConnection } from "./connection.ts";
import { endAndLinger, lingerOnClose } from "./linger.ts";
import type { Observer } from "./observer.ts";
import type { Route } from "./plan.ts";

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
  /** Of the plan it began on, and ends on. */
  tenure: PlanGeneration | undefined = undefined;

  readonly #host: ExchangeHost;
  readonly #responseFormat: ResponseFormat;
  #holds: (() => void)[] = [];
  #outcome: Outcome | undefined = undefined;
  #refused = false;
  #closeDelimited = false;
  #last = false;
  #done = false;

  /** @param answers how answers look in the plan it begins with */
  constructor(
    host: ExchangeHost,
    responseFormat: ResponseFormat,
    id: string,
    req: GatewayRequest,
    res: GatewayResponse,
  ) {
    this.#host = host;
    this.#responseFormat = responseFormat;
    this.id = id;
    this.req = req;
    this.res = res;
    res.on("close", () => this.#finish());
    if (res.socket === null) this.#endWithConnection(req.socket);
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

  /** It was routed and nobody has refused it: it is upstream, or waits to be. */
  get takesRoom(): boolean {
    return this.route !== undefined && !this.#refused;
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
    this.#refused = true;
    this.headAt = performance.now();
    const { head, body } = renderReply(reply, this, this.#responseFormat);
    if (this.endsConnection() || reply.close) head.push("connection", "close");
    this.res.writeHead(reply.status, STATUS_CODES[reply.status] ?? "", head);
    if (this.method !== "HEAD") this.bytesSent = Buffer.byteLength(body);
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
    this.#responseFormat.addCors?.(head, this);
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
    return pending || this.#last || this.#host.draining;
  }

  /** A bug of ours: logged with its place, told to the client as 500 where that can still be told. */
  fail(err: unknown, by: string): void {
    this.#host.bug(this, err, by);
    this.reply(INTERNAL_ERROR);
  }

  /** The request's headers are not needed any more; they are as large as all else that is kept of an exchange. */
  forgetHead(): void {
    this.req.rawHeaders = [];
    this.req.headers = {};
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
    if (this.#closeDelimited && res.socket !== null) resetConnection(res.socket);
    res.destroy();
  }

  /** Answers, then ends the connection: what came behind this request is no request. */
  endConnectionAfter(): void {
    const socket = this.req.socket as DownstreamSocket;
    if (this.#last) return;
    this.#last = true;
    lingerOnClose(socket);
    // A head that is out already promised to keep the connection.
    if (this.answered) this.hold(() => endAndLinger(socket));
  }

  /** A response that waits behind another on its connection has no socket yet, and would not hear of its end. */
  #endWithConnection(socket: Socket): void {
    const closed = () => this.#finish();
    socket.once("close", closed);
    this.hold(() => socket.off("close", closed));
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
