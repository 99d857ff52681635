// Passes one response on to the client: its head, then its body as it comes. Where an upstream's health matters, it also looks
// whether an event stream begins with an error.

import type { IncomingMessage } from "node:http";
import { BodyPump, type Move } from "../body/body-pump.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { BodyFraming } from "../exchange/responder.ts";
import { NO_HEADERS } from "../headers/find-header.ts";
import type { ResponseHead } from "../headers/response-head.ts";
import type { FirstEvent } from "./answers/first-event.ts";
import type { BodyTap } from "./body-tap.ts";
import { freeReads } from "./connections/free-reads.ts";
import { takeChunks } from "./connections/take-chunks.ts";
import type { Deadlines } from "./deadlines.ts";
import { Download, type DownloadOwner } from "./download.ts";
import type { Drain } from "./drain.ts";
import type { HeldAnswer } from "./held-answer.ts";
import { SseKeepalive, takesComments } from "./sse-keepalive.ts";

/** Receives the results of a response that is passed on. */
export interface PassedOwner {
  /** The head was written: from now on nothing else can be sent in its place. */
  onBegun(): void;
  /** Node refuses to send this head. */
  onUnusable(): void;
  /** All of it was handed to the client's connection, or was read after the client had left. */
  onPassed(): void;
}

export interface PassedParts {
  readonly deadlines: Deadlines;
  /** The content type says that the response is a stream. */
  readonly streams: boolean;
  /** See `sse_keepalive_ms`. */
  readonly keepaliveMs: number | undefined;
  /** Reads the first event of a stream; `undefined`: nobody asks. */
  readonly firstEvent: FirstEvent | undefined;
  /** Gets a copy of the body; `undefined`: nobody reads it. */
  readonly tap: BodyTap | undefined;
  /** Takes events out of the body; `undefined`: it is passed on as it comes. */
  readonly filter: BodyFilter | undefined;
  /** The client may leave, and the response goes on. */
  readonly drains: boolean;
}

/** Changes a body on its way to the client. */
export interface BodyFilter {
  /** Takes the next bytes of the body. @returns those to send now */
  push(bytes: Buffer, last: boolean): Buffer;
}

export class PassedResponse implements DownloadOwner {
  readonly #x: LiveExchange;
  readonly #response: IncomingMessage;
  readonly #head: Readonly<ResponseHead>;
  readonly #parts: PassedParts;
  readonly #owner: PassedOwner;
  #source: Pick<BodyPump, "resume" | "stop"> | undefined = undefined;
  #keepalive: SseKeepalive | undefined = undefined;
  #firstEvent: FirstEvent | undefined;
  #beganWithError = false;
  #tap: BodyTap | undefined;
  #drain: Drain | undefined = undefined;

  constructor(
    x: LiveExchange,
    response: IncomingMessage,
    head: Readonly<ResponseHead>,
    parts: PassedParts,
    owner: PassedOwner,
  ) {
    this.#x = x;
    this.#response = response;
    this.#head = head;
    this.#parts = parts;
    this.#owner = owner;
    this.#firstEvent = parts.firstEvent;
    this.#tap = parts.tap;
  }

  /** The first event of the stream was an error. */
  get beganWithError(): boolean {
    return this.#beganWithError;
  }

  /** A part of a body that did not begin with an error went to the client. */
  get delivers(): boolean {
    return this.#x.record.bytesSent > 0 && !this.#beganWithError;
  }

  /** Starts. @param held the first part of the body, if it was held */
  start(held: HeldAnswer | undefined): void {
    const { tap, filter, drains } = this.#parts;
    const isPlain = tap === undefined && filter === undefined && !drains;
    // The first event, and the end of an event, are looked for in the bytes.
    const isOwned = isPlain && this.#firstEvent === undefined && this.#parts.keepaliveMs === undefined;
    const to = new Download(this.#x, () => this.#begin(), this, isOwned);
    const send: Move = (body, last) => to.move(body, last);
    const move: Move = isPlain ? send : (body, last) => this.#move(send, body, last);
    held?.passTo(move);
    this.#source = held ?? this.#pump(move, isOwned ? to : undefined);
  }

  /** @param to takes chunks as they come; `undefined`: only the bytes in them matter */
  #pump(move: Move, to: Download | undefined): BodyPump {
    const pump = new BodyPump(this.#response, move);
    if (to !== undefined && this.#head.isLarge) freeReads(this.#response, (memory) => pump.isInUse(memory));
    if (!this.#head.coded) return pump;
    takeChunks(this.#response, pump, to !== undefined);
    if (to !== undefined) pump.movesRuns(to);
    return pump;
  }

  /** The client has left: what comes from now on is read and not sent. May be called before the start. */
  drain(drain: Drain): void {
    const { deadlines, streams } = this.#parts;
    this.#drain = drain;
    this.#keepalive?.stop();
    if (streams) deadlines.streaming();
    if (this.#head.sse && !this.#x.responder.begun) this.#x.stream();
    deadlines.progress();
    this.#source?.resume();
  }

  onDownloading(body: Buffer | undefined, ready: boolean): void {
    const { deadlines } = this.#parts;
    if (ready) deadlines.progress();
    else deadlines.hold();
    if (body === undefined) return;
    this.#keepalive?.moved(body);
    if (this.#firstEvent !== undefined) this.#lookAtFirstEvent(this.#firstEvent, body);
  }

  onCaughtUp(): void {
    this.#source?.resume();
    this.#parts.deadlines.progress();
  }

  onDownloaded(body: Buffer | undefined): void {
    if (this.#firstEvent !== undefined && body !== undefined) this.#lookAtFirstEvent(this.#firstEvent, body);
    this.#owner.onPassed();
  }

  stop(): void {
    this.#source?.stop();
    this.#keepalive?.stop();
    this.#endTap(false);
  }

  /** Shows the bytes to the tap, then sends them, or drops them when the client has left. */
  #move(send: Move, body: Buffer, last: boolean): boolean {
    if (body.length > 0) this.#tap?.push(body);
    if (last) this.#endTap(true);
    if (this.#drain !== undefined) return this.#drop(this.#drain, body, last);
    const { filter } = this.#parts;
    return send(filter === undefined ? body : filter.push(body, last), last);
  }

  #drop(drain: Drain, body: Buffer, last: boolean): boolean {
    this.#parts.deadlines.progress();
    if (this.#firstEvent !== undefined) this.#lookAtFirstEvent(this.#firstEvent, body);
    if (last) this.#owner.onPassed();
    else drain.take(body.length);
    return true;
  }

  #endTap(complete: boolean): void {
    const tap = this.#tap;
    this.#tap = undefined;
    tap?.ended(complete);
  }

  /** Writes the response head; `undefined` when it can't be sent. */
  #begin(): BodyFraming | undefined {
    const { deadlines, streams, keepaliveMs } = this.#parts;
    const { statusCode = 0, statusMessage = "" } = this.#response;
    try {
      const framing = this.#x.begin(statusCode, statusMessage, this.#head.headers, this.#head.hasLength);
      if (streams) deadlines.streaming();
      if (this.#head.sse) this.#x.stream();
      if (keepaliveMs !== undefined && takesComments(this.#head)) {
        this.#keepalive = new SseKeepalive(this.#x, framing, keepaliveMs);
      }
      this.#forgetHeads();
      this.#owner.onBegun();
      return framing;
    } catch {
      this.#owner.onUnusable();
      return undefined;
    }
  }

  /** Drops the headers of both directions, which have been sent. A long stream would keep them in memory. */
  #forgetHeads(): void {
    this.#x.forgetHeaders();
    this.#head.headers.length = 0;
    this.#response.rawHeaders = NO_HEADERS;
  }

  #lookAtFirstEvent(first: FirstEvent, body: Buffer): void {
    const verdict = first.push(body);
    if (verdict === "more") return;
    this.#firstEvent = undefined;
    this.#beganWithError = verdict === "error";
  }
}
