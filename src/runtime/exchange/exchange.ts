// Handles one request from its arrival to its end. Only this class answers, breaks and ends an exchange, each at most once.

import type { IncomingMessage } from "node:http";
import type { ConnectionMemory, Exchange, ModelNames, Outcome, RequestSize } from "../../plan/exchange.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import { type Charge, NO_CHARGE, type Reservation } from "../../plan/usage.ts";
import { NO_HEADERS } from "../headers/find-header.ts";
import { type Framing, hasBody } from "../headers/request-head.ts";
import { namesOf, requestModels } from "../model/request-model.ts";
import { renderReply } from "../replies/render-reply.ts";
import type { DownstreamSocket } from "./connection.ts";
import { ExchangeFacts } from "./exchange-facts.ts";
import type { ExchangeOwner } from "./exchange-owner.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import type { EndedAttempt, ExchangeRecord } from "./record.ts";
import { type BodyQuestions, RequestBody } from "./request-body.ts";
import { requestSize } from "./request-size.ts";
import { type BodyFraming, type OpenedSocket, Responder } from "./responder.ts";

type Owner = ExchangeOwner<LiveExchange>;

const INTERNAL_ERROR = replyFor("internal_error");
/** All exchanges share it. */
const NO_PARSED_HEADERS = Object.freeze({});

/** What is to be released when the exchange ends. */
interface Hold {
  readonly release: () => void;
  readonly next: Hold | undefined;
}

export class LiveExchange extends ExchangeFacts implements Exchange {
  readonly req: IncomingMessage;
  readonly responder: Responder;
  readonly framing: Framing;
  readonly awaitsContinue: boolean;
  /** Where it stands in the list of its plan's exchanges. Only that list uses it. */
  position = 0;
  /** What is reserved of the client's budgets. A meter settles it when the usage is known; without one it is settled at nothing. */
  reservation: Reservation | undefined = undefined;
  /** What it may use of its client's budgets, until that is reserved with its other limits; `undefined`: nothing has to be. */
  estimate: Charge | undefined = undefined;
  /** Closes the WebSocket, when the gateway shuts down; `undefined` where none is open. */
  goAway: (() => void) | undefined = undefined;
  readonly #owner: Owner;
  /** A list, the last one first: an array would be the largest part of an exchange. */
  #holds: Hold | undefined = undefined;
  #atEnd: ((record: ExchangeRecord) => void)[] | undefined = undefined;
  #outcome: Outcome | undefined = undefined;
  /** Ends the wait before another attempt; `undefined` while the exchange does not wait for that. */
  #endWait: (() => void) | undefined = undefined;
  #refused = false;
  #done = false;
  #body: RequestBody | undefined = undefined;

  constructor(owner: Owner, request: IncomingRequest) {
    super(request);
    const { req, res, framing, awaitsContinue, early } = request;
    this.req = req;
    this.framing = framing;
    this.awaitsContinue = awaitsContinue;
    this.responder = new Responder(req, res, framing.kind !== "none", early);
    this.#owner = owner;
    res.on("close", () => {
      if (!this.responder.goesOn()) this.#finish();
    });
  }

  get done(): boolean {
    return this.#done;
  }

  get connection(): ConnectionMemory {
    const socket: DownstreamSocket = this.req.socket;
    socket.memory ??= { token: undefined };
    return socket.memory;
  }

  /** It is a WebSocket, and has not ended. */
  get isOpen(): boolean {
    return this.facts.webSocket && !this.#done;
  }

  /** Whether limits count it: it has a route and was not refused. So it is upstream, or waits for that. */
  get isCounted(): boolean {
    return this.facts.route !== undefined && !this.#refused;
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

  expect(estimate: Charge): void {
    this.estimate = estimate;
  }

  /** Notes that the exchange has passed all guards. From now to its end it is in flight. */
  admit(): void {
    this.facts.admitted = true;
    this.#owner.observer.admitted(this.facts);
  }

  /** Tells that an attempt has ended. @param retried another attempt follows */
  attemptEnded(attempt: EndedAttempt, retried: boolean): void {
    if (retried) this.facts.failedAttempts = [...this.facts.failedAttempts, attempt];
    this.#owner.observer.attempted(this.facts, attempt, retried);
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
    else this.#holds = { release, next: this.#holds };
  }

  /** Runs a callback with the final record when the exchange has ended and was reported. Must not throw. */
  atEnd(callback: (record: ExchangeRecord) => void): void {
    this.#atEnd ??= [];
    this.#atEnd.push(callback);
  }

  /** Answers with the reply of a built-in endpoint. */
  answerBuiltIn(reply: Reply | Promise<Reply>): void {
    this.facts.builtIn = true;
    if (reply instanceof Promise) reply.then(this.reply.bind(this), (err) => this.fail(err, "built-in endpoint"));
    else this.reply(reply);
  }

  /** Answers with a reply of our own. If a response has begun already, it breaks the connection instead. */
  reply(reply: Reply): void {
    if (this.#done) return;
    if (this.responder.begun || this.responder.left) return this.break(reply.outcome);
    if (this.#body?.held.ended) this.responder.bodyRead();
    const { responseFormat, draining } = this.#owner;
    this.#outcome = reply.outcome;
    this.#refused = true;
    this.facts.noteHead(this.req);
    const { head, body } = renderReply(reply, this, responseFormat);
    this.facts.bytesSent = this.responder.send(reply.status, head, body, reply.close || draining);
  }

  /**
   * Begins the upstream's response. The head is written, but not yet flushed.
   * @param head names and values in turn, without framing headers other than `content-length`; it is changed here
   * @returns how to send the body
   * @throws what Node throws for a head it can't send
   */
  begin(status: number, reason: string, head: string[], hasLength: boolean): BodyFraming {
    this.#noteAnswer(head);
    return this.responder.begin(status, reason, head, hasLength, this.#owner.draining);
  }

  /**
   * Answers with the 101 that opens the WebSocket. From now on the exchange ends with `close`, or with a broken connection.
   * @param head names and values in turn; it is changed here
   * @throws what Node throws for a head it can't send
   */
  open(head: string[]): OpenedSocket {
    this.#noteAnswer(head);
    const opened = this.responder.open(head);
    this.facts.webSocket = true;
    this.#owner.observer.webSocket(this.facts);
    return opened;
  }

  #noteAnswer(head: string[]): void {
    this.facts.noteHead(this.req);
    this.facts.upstreamAnswered = this.facts.headAt !== undefined;
    this.#owner.responseFormat.addCors?.(head, this);
  }

  /** Ends the exchange of a WebSocket, whose connections are closed. */
  close(outcome: Outcome): void {
    this.#outcome ??= outcome;
    this.#finish();
  }

  /** Notes that the response that has begun is a stream of events. */
  stream(): void {
    this.facts.streaming = true;
    this.#owner.observer.streaming(this.facts);
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
    if (this.facts.webSocket) this.#finish();
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
    this.facts.rawHeaders = this.req.rawHeaders = NO_HEADERS;
    this.req.headers = NO_PARSED_HEADERS;
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    const record = this.facts;
    const { responder } = this;
    record.end(responder.begun ? responder.res.statusCode : undefined, responder.finished, this.#outcome);
    for (let hold = this.#holds; hold !== undefined; hold = this.#holds) {
      this.#holds = hold.next;
      hold.release();
    }
    this.#owner.report(record);
    if (this.#atEnd !== undefined) for (const callback of this.#atEnd) callback(record);
    if (!record.metered) this.reservation?.settle(NO_CHARGE);
    this.#owner.ended(this);
  }
}
