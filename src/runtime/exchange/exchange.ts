// Handles one request from its arrival to its end. The only place that answers, breaks and ends it, each at most once.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { TLSSocket } from "node:tls";
import type { Client, Exchange, Outcome } from "../../plan/exchange.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { ResponseFormat } from "../../plan/response-format.ts";
import type { RequestPath } from "../../plan/target.ts";
import type { Framing } from "../headers/request-head.ts";
import { renderReply } from "../replies/render-reply.ts";
import type { GatewayResponse } from "./connection.ts";
import type { Observer } from "./observer.ts";
import type { Route } from "./plan.ts";
import { type ChosenUpstream, type ExchangeRecord, RecordInProgress } from "./record.ts";
import { type BodyFraming, Responder } from "./responder.ts";

/** What an exchange needs of the plan generation it belongs to. */
export interface ExchangeOwner {
  readonly responseFormat: ResponseFormat;
  /** True once responses have to end their connection. */
  readonly draining: boolean;
  readonly observer: Observer;
  /** Called at the end of every exchange, exactly once. */
  ended(x: LiveExchange): void;
  /** Reports a bug of ours. @param by names the step where it showed */
  bug(x: LiveExchange, err: unknown, by: string): void;
}

/** A request as the server hands it over, examined. */
export interface IncomingRequest {
  readonly id: string;
  readonly req: IncomingMessage;
  readonly res: GatewayResponse;
  readonly framing: Framing;
  /** The client waits for `100 Continue` before it sends its body. */
  readonly awaitsContinue: boolean;
}

const INTERNAL_ERROR = replyFor("internal_error");
const NO_PATH: RequestPath = { path: "", query: "" };

export class LiveExchange implements Exchange {
  readonly req: IncomingMessage;
  readonly responder: Responder;
  readonly framing: Framing;
  readonly awaitsContinue: boolean;
  readonly #record: RecordInProgress;
  readonly #owner: ExchangeOwner;
  #target = NO_PATH;
  #holds: (() => void)[] = [];
  #atEnd: ((record: ExchangeRecord) => void)[] = [];
  #outcome: Outcome | undefined = undefined;
  #refused = false;
  #done = false;

  constructor(owner: ExchangeOwner, { id, req, res, framing, awaitsContinue }: IncomingRequest) {
    const { socket } = req;
    this.req = req;
    this.framing = framing;
    this.awaitsContinue = awaitsContinue;
    this.responder = new Responder(req, res, framing.kind !== "none");
    this.#owner = owner;
    this.#record = new RecordInProgress(id, {
      method: req.method ?? "",
      httpVersion: req.httpVersion,
      scheme: (socket as TLSSocket).encrypted ? "https" : "http",
      rawHeaders: req.rawHeaders,
    });
    res.on("close", () => this.#finish());
    if (res.socket === null) this.#endWithConnection(socket);
  }

  get record(): ExchangeRecord {
    return this.#record;
  }

  get id(): string {
    return this.#record.id;
  }

  get method(): string {
    return this.#record.method;
  }

  get path(): string {
    return this.#target.path;
  }

  /** Path and query as they came. */
  get target(): RequestPath {
    return this.#target;
  }

  get rawHeaders(): readonly string[] {
    return this.#record.rawHeaders;
  }

  get client(): Client | undefined {
    return this.#record.client;
  }

  get upstream(): ChosenUpstream | undefined {
    return this.#record.upstream;
  }

  get done(): boolean {
    return this.#done;
  }

  /** It has a route and was not refused: it is upstream, or waits to be. Limits count it. */
  get takesRoom(): boolean {
    return this.#record.route !== undefined && !this.#refused;
  }

  /** Notes what was asked for. A refused request target is noted as it came. */
  asks(target: RequestPath): void {
    this.#target = target;
    this.#record.path = target.path;
  }

  takeRoute(route: Route<LiveExchange>): void {
    this.#record.route = route;
  }

  identify(client: Client): void {
    this.#record.client = client;
  }

  /** It has passed all guards. From here to its end it is in flight. */
  admit(): void {
    this.#record.admitted = true;
    this.#owner.observer.admitted(this.#record);
  }

  /** It goes to this upstream, now or as soon as there is a free slot. */
  choose(upstream: ChosenUpstream): void {
    this.#record.upstream = upstream;
  }

  /** An attempt begins. */
  sending(): void {
    this.#record.attempts++;
    this.#record.sentAt = performance.now();
  }

  hold(release: () => void): void {
    if (this.#done) release();
    else this.#holds.push(release);
  }

  /** Runs a callback with the final record when the exchange has ended, after all releases. Must not throw. */
  atEnd(callback: (record: ExchangeRecord) => void): void {
    this.#atEnd.push(callback);
  }

  /** Answers with the reply of a built-in endpoint. */
  answerBuiltIn(reply: Reply | Promise<Reply>): void {
    this.#record.builtIn = true;
    if (reply instanceof Promise) reply.then(this.reply.bind(this), (err) => this.fail(err, "built-in endpoint"));
    else this.reply(reply);
  }

  /** Answers with a reply of our own. After the response head, the only honest answer is to break the connection. */
  reply(reply: Reply): void {
    if (this.#done) return;
    if (this.responder.begun) return this.break(reply.outcome);
    const { responseFormat, draining } = this.#owner;
    this.#outcome = reply.outcome;
    this.#refused = true;
    this.#record.headAt = performance.now();
    const { head, body } = renderReply(reply, this, responseFormat);
    this.#record.bytesSent = this.responder.send(reply.status, head, body, reply.close || draining);
  }

  /**
   * Begins the upstream's response. The head is written, but not yet flushed.
   * @param head names and values in turn, without framing headers other than `content-length`; taken over
   * @returns how to send the body
   * @throws what Node throws for a head it can't send
   */
  begin(status: number, reason: string, head: string[], hasLength: boolean): BodyFraming {
    const { responseFormat, draining } = this.#owner;
    this.#record.headAt = performance.now();
    this.#record.upstreamAnswered = true;
    responseFormat.addCors?.(head, this);
    return this.responder.begin(status, reason, head, hasLength, draining);
  }

  /** The response that has begun is a stream of events. */
  stream(): void {
    this.#record.streaming = true;
    this.#owner.observer.streaming(this.#record);
  }

  /** Body bytes were handed to the client's connection. */
  countSent(bytes: number): void {
    this.#record.bytesSent += bytes;
  }

  /** The response is complete. The outcome is a success unless the client leaves before it has the last byte. */
  complete(): void {
    this.#outcome ??= "success";
  }

  /** Breaks the connection, so that the client can't take the response for complete. */
  break(outcome: Outcome): void {
    if (this.#done) return;
    this.#outcome = outcome;
    this.responder.break();
  }

  /** A bug of ours: logged with its place, answered with 500 where that is still possible. */
  fail(err: unknown, by: string): void {
    this.#owner.bug(this, err, by);
    this.reply(INTERNAL_ERROR);
  }

  /** Ends the connection after this response: what came behind its request is not a request. */
  endConnectionAfter(): void {
    if (this.responder.closeAfter()) this.hold(() => this.responder.endConnection());
  }

  /** Drops the request's headers, which are no longer needed. They take as much memory as everything else that is kept of an exchange. */
  forgetHeaders(): void {
    this.#record.rawHeaders = this.req.rawHeaders = [];
    this.req.headers = {};
  }

  /** A response that waits behind another one on its connection has no socket yet, and would not hear of its end. */
  #endWithConnection(socket: Socket): void {
    const closed = () => this.#finish();
    socket.once("close", closed);
    this.hold(() => socket.off("close", closed));
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    const record = this.#record;
    const { responder } = this;
    let outcome = this.#outcome ?? "client_closed";
    if (outcome === "success" && !responder.finished) outcome = "client_closed";
    record.endedAt = performance.now();
    record.outcome = outcome;
    record.status = responder.begun ? responder.res.statusCode : 499;
    for (let release = this.#holds.pop(); release !== undefined; release = this.#holds.pop()) release();
    for (const callback of this.#atEnd) callback(record);
    this.#owner.ended(this);
  }
}
