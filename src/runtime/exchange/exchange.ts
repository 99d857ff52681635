// Handles one request from its arrival to its end. Only this class answers, breaks and ends an exchange, each at most once.

import type { IncomingMessage } from "node:http";
import type { Client, Exchange, ModelNames, Outcome, RequestSize } from "../../plan/exchange.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { RequestPath } from "../../plan/target.ts";
import { NO_CHARGE, type Reservation } from "../../plan/usage.ts";
import { type Framing, hasBody } from "../headers/request-head.ts";
import { namesOf, requestModels } from "../model/request-model.ts";
import { renderReply } from "../replies/render-reply.ts";
import type { ExchangeOwner } from "./exchange-owner.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import type { Route } from "./plan.ts";
import { type ChosenUpstream, type EndedAttempt, type ExchangeRecord, RecordInProgress } from "./record.ts";
import { type BodyQuestions, RequestBody } from "./request-body.ts";
import { requestSize } from "./request-size.ts";
import { type BodyFraming, Responder } from "./responder.ts";

type Owner = ExchangeOwner<LiveExchange>;

const INTERNAL_ERROR = replyFor("internal_error");
const NO_PATH: RequestPath = { path: "", query: "" };

export class LiveExchange implements Exchange {
  readonly req: IncomingMessage;
  readonly responder: Responder;
  readonly framing: Framing;
  readonly awaitsContinue: boolean;
  readonly asksWebSocket: boolean;
  /** Where it stands in the list of its plan's exchanges. Only that list uses it. */
  position = 0;
  /** What is reserved of the client's budgets. Settled at nothing at the end, or with the usage record, which may come later. */
  reservation: Reservation | undefined = undefined;
  readonly #record: RecordInProgress;
  readonly #owner: Owner;
  #target = NO_PATH;
  #holds: (() => void)[] = [];
  #atEnd: ((record: ExchangeRecord) => void)[] = [];
  #outcome: Outcome | undefined = undefined;
  /** Ends the wait before another attempt; `undefined` while the exchange does not wait for that. */
  #endWait: (() => void) | undefined = undefined;
  #refused = false;
  #done = false;
  #body: RequestBody | undefined = undefined;

  constructor(owner: Owner, { id, req, res, framing, awaitsContinue, asksWebSocket }: IncomingRequest) {
    this.req = req;
    this.framing = framing;
    this.awaitsContinue = awaitsContinue;
    this.asksWebSocket = asksWebSocket;
    this.responder = new Responder(req, res, framing.kind !== "none");
    this.#owner = owner;
    this.#record = RecordInProgress.of(id, req);
    res.on("close", () => {
      if (!this.responder.goesOn()) this.#finish();
    });
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

  get query(): string {
    return this.#target.query;
  }

  /** The path as it came, and the query that goes upstream. */
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

  /** Whether limits count it: it has a route and was not refused. So it is upstream, or waits for that. */
  get isCounted(): boolean {
    return this.#record.route !== undefined && !this.#refused;
  }

  /** Notes the request target. An invalid one is noted as it came. */
  setTarget(target: RequestPath): void {
    this.#target = target;
    this.#record.path = target.path;
  }

  takeRoute(route: Route<LiveExchange>): void {
    this.#record.route = route;
  }

  identify(client: Client): void {
    this.#record.client = client;
  }

  /** The request's body, if a part of it was held to be read; `undefined` otherwise. */
  get body(): RequestBody | undefined {
    return this.#body;
  }

  /** Holds the first part of the request's body to read it. A second call gets what the first one reads. */
  readBody(questions: BodyQuestions): RequestBody {
    this.#body ??= new RequestBody(this, questions);
    return this.#body;
  }

  readModels(maxBytes: number, idleMs: number): ModelNames | Promise<ModelNames> {
    if (!hasBody(this.framing)) return namesOf(requestModels(this, undefined));
    const body = this.readBody({ model: true, maxBytes, idleMs });
    return new Promise((resolve) => body.whenRead(() => resolve(namesOf(requestModels(this, body.model)))));
  }

  readSize(maxBytes: number): RequestSize {
    return requestSize(this, maxBytes);
  }

  reserve(reservation: Reservation): void {
    this.reservation = reservation;
    if (this.#done) reservation.settle(NO_CHARGE);
  }

  replaceQuery(query: string): void {
    this.#target = { path: this.#target.path, query };
  }

  /** Notes that the exchange has passed all guards. From now to its end it is in flight. */
  admit(): void {
    this.#record.admitted = true;
    this.#owner.observer.admitted(this.#record);
  }

  /** Notes the upstream. The exchange goes there now, or as soon as there is a free slot. */
  choose(upstream: ChosenUpstream): void {
    this.#record.upstream = upstream;
  }

  /** Notes that an attempt begins. */
  sending(): void {
    this.#record.sending();
  }

  /** Tells that an attempt has ended. @param retried another attempt follows */
  attemptEnded(attempt: EndedAttempt, retried: boolean): void {
    if (retried) this.#record.failedAttempts = [...this.#record.failedAttempts, attempt];
    this.#owner.observer.attempted(this.#record, attempt, retried);
  }

  /** Waits for another attempt. @param end makes the attempt at once: called when the gateway begins to shut down */
  wait(end: () => void): void {
    this.#endWait = end;
  }

  /** Waits no longer. */
  endWait(): void {
    const end = this.#endWait;
    this.#endWait = undefined;
    end?.();
  }

  /** The gateway is shutting down. */
  get draining(): boolean {
    return this.#owner.draining;
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

  /** Answers with a reply of our own. If a response has begun already, it breaks the connection instead. */
  reply(reply: Reply): void {
    if (this.#done) return;
    if (this.responder.begun || this.responder.left) return this.break(reply.outcome);
    const { responseFormat, draining } = this.#owner;
    this.#outcome = reply.outcome;
    this.#refused = true;
    this.#record.noteHead(this.req);
    const { head, body } = renderReply(reply, this, responseFormat);
    this.#record.bytesSent = this.responder.send(reply.status, head, body, reply.close || draining);
  }

  /**
   * Begins the upstream's response. The head is written, but not yet flushed.
   * @param head names and values in turn, without framing headers other than `content-length`; it is changed here
   * @returns how to send the body
   * @throws what Node throws for a head it can't send
   */
  begin(status: number, reason: string, head: string[], hasLength: boolean): BodyFraming {
    const { responseFormat, draining } = this.#owner;
    this.#record.noteHead(this.req);
    this.#record.upstreamAnswered = this.#record.headAt !== undefined;
    responseFormat.addCors?.(head, this);
    return this.responder.begin(status, reason, head, hasLength, draining);
  }

  /** Notes why the message is refused. */
  noteCause(cause: string): void {
    this.#record.cause = cause;
  }

  /** Notes that the response that has begun is a stream of events. */
  stream(): void {
    this.#record.streaming = true;
    this.#owner.observer.streaming(this.#record);
  }

  /** Notes that a usage record will follow. Who makes it settles the reservation. */
  meter(): void {
    this.#record.metered = true;
  }

  /** Counts body bytes that were handed to the client's connection. */
  countSent(bytes: number): void {
    this.#record.bytesSent += bytes;
  }

  /** Notes that the response is complete. The outcome is a success unless the client leaves before the last byte is sent. */
  complete(): void {
    this.#outcome ??= "success";
  }

  /** Breaks the connection, so that the client notices that the response is incomplete. */
  break(outcome: Outcome): void {
    if (this.#done) return;
    if (this.responder.left) return this.endDrain();
    this.#outcome = outcome;
    this.responder.break();
  }

  /** Ends what goes on without the client. If the client leaves later, nothing goes on. */
  endDrain(): void {
    this.responder.onLeft(undefined);
    if (this.responder.left) this.#finish();
  }

  /** Handles a bug of ours: logs it with its stack, and answers with 500 where that is still possible. */
  fail(err: unknown, by: string): void {
    this.#owner.bug(this, err, by);
    this.reply(INTERNAL_ERROR);
  }

  /** Ends the connection after this response: the bytes after its request are not a request. */
  endConnectionAfter(): void {
    if (this.responder.closeAfter()) this.hold(() => this.responder.endConnection());
  }

  /** Drops the request's headers, which are no longer needed. They are about half of the memory of an exchange. */
  forgetHeaders(): void {
    this.#record.rawHeaders = this.req.rawHeaders = [];
    this.req.headers = {};
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    const record = this.#record;
    const { responder } = this;
    record.end(responder.begun ? responder.res.statusCode : undefined, responder.finished, this.#outcome);
    for (let release = this.#holds.pop(); release !== undefined; release = this.#holds.pop()) release();
    for (const callback of this.#atEnd) callback(record);
    if (!record.metered) this.reservation?.settle(NO_CHARGE);
    this.#owner.ended(this);
  }
}
