// Forwards one exchange to its upstream: makes the attempts, moves the bodies, keeps the deadlines. From then on, no other file
// replies to the client, breaks its connection, or begins a response.

import type { ClientRequest, IncomingMessage } from "node:http";
import { replyFor } from "../../plan/replies.ts";
import type { DrainSpec } from "../../plan/usage.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { AttemptResult } from "../exchange/record.ts";
import { type ResponseHead, tellNotToRetry } from "../headers/response-head.ts";
import { Attempt, type AttemptFailure, type AttemptOwner, isUpstreams } from "./attempt.ts";
import { type AttemptLimits, limitsOf } from "./attempt-limits.ts";
import { AttemptReport } from "./attempt-report.ts";
import { AttemptWait, type Wait, type WaitEnd } from "./attempt-wait.ts";
import type { ExchangeTaps } from "./body-tap.ts";
import { whenEstablished } from "./connections/upstream-socket.ts";
import { Deadlines } from "./deadlines.ts";
import { Drain } from "./drain.ts";
import type { ForwardingContext, Prepared } from "./forwarding-context.ts";
import { HeldAnswer, lookAt } from "./held-answer.ts";
import type { SwitchedUpstream, UpstreamRequest } from "./http-proxy.ts";
import type { LinkedUpstream } from "./linked-upstream.ts";
import { passedResponse, passedSocket } from "./pass-on.ts";
import type { PassedOwner, PassedResponse } from "./passed-response.ts";
import { NO_SLOT } from "./place.ts";
import { type NextAttempt, Retries } from "./retries.ts";
import { type Happened, PASS_ON, type TimeLimit, unanswered } from "./retry.ts";
import { Upload, type UploadOwner } from "./upload.ts";
import type { PassedSocket, SocketOwner } from "./websocket/passed-socket.ts";

export class Forwarding implements AttemptOwner, UploadOwner, PassedOwner, SocketOwner {
  readonly #x: LiveExchange;
  readonly #context: ForwardingContext;
  readonly #upload: Upload;
  readonly #deadlines: Deadlines;
  readonly #retries: Retries | undefined;
  readonly #prepared: Prepared | undefined;
  readonly #taps: ExchangeTaps | undefined;
  #upstream: LinkedUpstream;
  /** Kept for another attempt or a replay, until the response has begun. */
  #request: UpstreamRequest | undefined;
  #attempt: Attempt;
  #limits: AttemptLimits | undefined;
  #held: HeldAnswer | undefined = undefined;
  #passed: PassedResponse | PassedSocket | undefined = undefined;
  #wait: AttemptWait | undefined = undefined;
  /** Present once the client has left and the upstream goes on. */
  #drain: Drain | undefined = undefined;
  readonly #report = new AttemptReport();
  #replayed = false;
  #over = false;

  /** @param upstream the chosen one, in which the exchange has a slot */
  constructor(x: LiveExchange, context: ForwardingContext, upstream: LinkedUpstream, prepared?: Prepared) {
    this.#x = x;
    this.#context = context;
    this.#upstream = upstream;
    this.#prepared = prepared;
    this.#retries = context.retries && new Retries(x, context.retries, prepared?.pool);
    this.#taps = context.meter?.(x);
    this.#upload = new Upload(x, this, context.keep, this.#taps?.requestTap);
    this.#deadlines = new Deadlines(upstream.spec, () => this.#expired());
    this.#request = this.#beginAttempt();
    this.#attempt = new Attempt(this, upstream, x.id);
    this.#limits = limitsOf(upstream, this.#upload, (limit) => this.#limitReached(limit));
    // Releases the upstream when the exchange ends, which it also does when the client leaves (fact F1).
    x.hold(() => this.#release());
    const { drain } = context.spec;
    if (drain !== undefined && !x.asksWebSocket) x.responder.onLeft(() => this.#goesOn(drain));
  }

  /** Sends the request. Everything after that is done when the upstream or the client does something. */
  start(): void {
    if (this.#request === undefined) return;
    const sink = this.#attempt.send(this.#x, this.#request);
    if (sink !== undefined && !this.#over) this.#upload.sendTo(sink, this.#request.edit);
  }

  onUploading(): void {
    this.#deadlines.uploading();
  }

  /** A request is sent once its connection is established: until then only the connect timeout counts. */
  onUploaded(sink: ClientRequest): void {
    this.#limits?.uploaded();
    if (!this.#attempt.connecting || this.#deadlines.shared) return this.#deadlines.sent();
    this.#deadlines.stop();
    whenEstablished(sink, () => {
      if (!this.#over) this.#deadlines.sent();
    });
  }

  onUnreadable(): void {
    this.#end("model_unreadable", "the rest of the body names another model");
  }

  onHead(response: IncomingMessage, head: Readonly<ResponseHead>): void {
    this.#limits?.head();
    const { hold } = this.#upstream;
    const look = hold && lookAt(response, head, hold, (...part) => this.#heldBytes(...part), this.#context.clock);
    this.#report.status = response.statusCode;
    if (look === undefined) return this.#passOn(response, head);
    this.#taps?.held(response.statusCode);
    if (this.#context.isStream(head.contentType)) this.#deadlines.streaming();
    this.#held = new HeldAnswer(response, look, (said) => this.#looked(response, head, said));
  }

  onSwitched(switched: SwitchedUpstream): void {
    this.#report.answered(switched.response);
    this.#retries?.answered(this.#upstream, switched.response.rawHeaders);
    this.#deadlines.stop();
    this.#passed = passedSocket(this.#x, this.#context, this.#upstream, this.#taps, this);
    this.#passed.start(switched);
  }

  onFailure({ outcome, cause, stale, reached }: AttemptFailure): void {
    if (stale && !this.#replayed && this.#upload.replayable) return this.#replay();
    this.#failed(outcome, cause, unanswered(outcome, reached, outcome === "upstream_timeout" ? "connect" : undefined));
  }

  onBegun(): void {
    this.#limits?.stop();
    this.#upload.forget();
    this.#request = undefined;
  }

  onUnusable(): void {
    this.#end("upstream_request_failed", "unusable response head");
  }

  onPassed(): void {
    if (this.#passed?.beganWithError) this.#noteFailure("overloaded_event");
    else this.#retries?.succeeded(this.#upstream);
    this.#release();
    if (this.#drain !== undefined) this.#x.endDrain();
  }

  /** The client has left. @returns whether the upstream goes on: it does if it has the whole request (contract, section 13) */
  #goesOn(limit: DrainSpec): boolean {
    if (this.#over || !this.#attempt.sentWhole) return false;
    this.#drain = new Drain(limit, () => this.#x.endDrain());
    // No other attempt follows.
    this.onBegun();
    if (this.#passed === undefined) this.#held?.release();
    else this.#passed.drain(this.#drain);
    return true;
  }

  #beginAttempt(): UpstreamRequest {
    this.#x.sending();
    this.#retries?.began(this.#upstream);
    const trace = this.#context.tracer?.attempt(this.#x.record, this.#context.spec, this.#upstream.spec);
    return this.#upstream.request(this.#x, trace, this.#prepared);
  }

  #limitReached(limit: TimeLimit): void {
    const happened = unanswered("upstream_timeout", !this.#attempt.connecting, limit);
    this.#failed("upstream_timeout", limit === "attempt" ? "attempt timeout" : "first byte timeout", happened);
  }

  /** The first part of a body came, which is held. */
  #heldBytes(body: Buffer, last: boolean): void {
    this.#deadlines.progress();
    if (body.length > 0 || last) this.#limits?.firstByte();
  }

  /** It is known what an answer that was held says. */
  #looked(response: IncomingMessage, head: Readonly<ResponseHead>, said: Happened | undefined): void {
    if (said === undefined) return this.#passOn(response, head);
    const decision = this.#decide(said);
    if (decision.next !== "pass on") return this.#goOn(decision);
    if (decision.spent && this.#context.spec.retry?.tellClients) tellNotToRetry(head.headers);
    this.#pass(response, head);
  }

  /** Passes on an answer that no other attempt follows, whatever it is. */
  #passOn(response: IncomingMessage, head: Readonly<ResponseHead>): void {
    this.#report.answered(response);
    this.#retries?.answered(this.#upstream, response.rawHeaders);
    this.#pass(response, head);
  }

  #pass(response: IncomingMessage, head: Readonly<ResponseHead>): void {
    const ask = this.#prepared?.ask;
    const way = { context: this.#context, upstream: this.#upstream, deadlines: this.#deadlines, ask, taps: this.#taps };
    const passed = passedResponse(this.#x, response, head, way, this);
    this.#passed = passed;
    if (this.#drain !== undefined) passed.drain(this.#drain);
    passed.start(this.#held);
  }

  /** The attempt failed. Another one follows, or the exchange ends. */
  #failed(outcome: AttemptFailure["outcome"], cause: string, happened: Happened): void {
    if (this.#over) return;
    const decision = this.#x.responder.begun || outcome === "bad_request" ? PASS_ON : this.#decide(happened);
    if (decision.next === "pass on") return this.#end(outcome, cause, happened.word, decision.spent);
    this.#context.onFailure(this.#x, outcome, cause);
    this.#goOn(decision);
  }

  /** Decides what follows the attempt, and tells its result if that is known with it. */
  #decide(happened: Happened): NextAttempt {
    this.#report.result = happened.word ?? "failure";
    if (this.#retries === undefined) return PASS_ON;
    const timeLeftMs = this.#upload.ended ? this.#deadlines.leftMs() : Number.POSITIVE_INFINITY;
    const decision = this.#retries.after(this.#upstream, happened, this.#upload.replayable, timeLeftMs);
    if (decision.next !== "pass on") this.#report.tell(this.#x, this.#upstream.id, true);
    return decision;
  }

  /** Makes another attempt, maybe after a wait. */
  #goOn(next: Exclude<NextAttempt, { readonly next: "pass on" }>): void {
    this.#closeAttempt();
    this.#taps?.held(undefined);
    if (next.next === "ask another") return this.#waited("moved");
    this.#waitFor(next);
  }

  #waitFor(next: Wait): void {
    this.#deadlines.stop();
    this.#upload.detach();
    this.#wait = new AttemptWait(this.#x, next, (end) => this.#waited(end));
  }

  #waited(end: WaitEnd): void {
    const upstream = end === "no slot" ? undefined : (this.#retries?.[end](this.#upstream) ?? this.#upstream);
    const slot = this.#retries?.unconfirmed();
    if (slot !== undefined) return this.#waitFor(slot);
    if (upstream !== undefined) return this.#ask(upstream);
    this.#release();
    this.#x.reply(NO_SLOT);
  }

  #ask(upstream: LinkedUpstream): void {
    this.#upstream = upstream;
    this.#x.choose(upstream);
    this.#replayed = false;
    this.#deadlines.restart(upstream.spec);
    this.#request = this.#beginAttempt();
    this.#attempt = new Attempt(this, upstream, this.#x.id);
    this.#limits = limitsOf(upstream, this.#upload, (limit) => this.#limitReached(limit));
    this.start();
  }

  /** Sends the same request once more, on a fresh connection (contract, section 4). It is not counted as another attempt. */
  #replay(): void {
    this.#replayed = true;
    this.#upstream.agent.dropIdle();
    this.#attempt = new Attempt(this, this.#upstream, this.#x.id);
    this.start();
  }

  /** A time limit was exceeded. The client caused it if the rest of its request did not come, otherwise the upstream. */
  #expired(): void {
    const { ended, waitsForUpstream } = this.#upload;
    // The connect timeout limits this wait.
    if (!ended && this.#attempt.connecting) return this.#deadlines.uploading();
    if (ended || waitsForUpstream) this.#end("upstream_timeout", "deadline");
    else this.#end("request_timeout", "the client's upload stalled");
  }

  /** Ends the exchange as failed: with a reply before the response head, with a broken connection after. See `Decision` for `spent`. */
  #end(outcome: AttemptFailure["outcome"], cause: string, word?: AttemptResult, spent = false): void {
    if (this.#over) return;
    const isFailure = isUpstreams(outcome);
    if (isFailure) this.#noteFailure(word ?? "failure");
    this.#release();
    if (this.#drain !== undefined) return this.#x.endDrain();
    if (isFailure) this.#context.onFailure(this.#x, outcome, cause);
    const final = spent && this.#context.spec.retry?.tellClients === true;
    if (this.#x.responder.begun) this.#x.break(outcome);
    else this.#x.reply(replyFor(outcome === "upstream_aborted" ? "upstream_request_failed" : outcome, { final }));
  }

  #noteFailure(result: AttemptResult): void {
    this.#report.result = result;
    this.#retries?.broke(this.#upstream);
  }

  #closeAttempt(): void {
    this.#limits?.stop();
    this.#held?.stop();
    this.#passed?.stop();
    this.#held = this.#passed = undefined;
    this.#attempt.close(this.#upload.ended);
  }

  /** Stops everything, and releases the upstream. */
  #release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#wait?.cancel();
    this.#drain?.stop();
    this.#deadlines.stop();
    this.#retries?.abandoned(this.#upstream, this.#passed?.delivers === true);
    this.#closeAttempt();
    this.#upload.stop();
    this.#report.tell(this.#x, this.#upstream.id, false);
  }
}
