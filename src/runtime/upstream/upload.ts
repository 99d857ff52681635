// Moves a request body to the upstream as it comes. It keeps what it read where the request may have to be sent again: on a
// reused connection, and while another attempt is possible.

import type { ClientRequest } from "node:http";
import { BodyPump, type Move } from "../body/body-pump.ts";
import { lengthOf } from "../body/chunk-run.ts";
import { freeBytes } from "../body/free-bytes.ts";
import type { HeldBody } from "../body/held-body.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { RequestBody } from "../exchange/request-body.ts";
import type { BodyFraming } from "../exchange/responder.ts";
import { bodyLength } from "../headers/request-head.ts";
import type { BodyTap } from "./body-tap.ts";
import { wasEstablished, whenEstablished } from "./connections/upstream-socket.ts";
import { KeptBody } from "./kept-body.ts";
import { forgetSentHead } from "./sent-head.ts";
import { write } from "./write.ts";

/** Parts of a body that was held are joined up to this size, so that they go out in one write. */
const JOINED_BYTES = 64 * 1024;

const NOTHING = Buffer.alloc(0);
const ONLY_NOTHING: readonly Buffer[] = [NOTHING];

/** Receives the progress of an upload. */
export interface UploadOwner {
  /** A part of the body was moved, and more will follow. */
  onUploading(): void;
  /** The whole request was handed to `sink`. Called once for each request that gets it. */
  onUploaded(sink: ClientRequest): void;
  /** The rest of the body must not go upstream. */
  onUnreadable(): void;
}

/** For how long a request body is kept. */
export interface KeepRule {
  /** A larger body is not kept, bytes. */
  readonly maxBytes: number;
  /** Keeps it for other attempts, on every connection. Otherwise only for a replay of a request on a stale connection. */
  readonly forAttempts: boolean;
  /** A request on a stale connection is not sent again later than this after its connection took it, ms. */
  readonly replayMs: number;
}

type RequestTap = Pick<BodyTap, "push">;

/** Changes the first chunks of a body for one upstream. */
export type EditBody = (chunks: readonly Buffer[]) => readonly Buffer[];

export class Upload {
  readonly #x: LiveExchange;
  readonly #owner: UploadOwner;
  readonly #rule: KeepRule;
  readonly #framing: BodyFraming;
  /** The first part of the body, if it was held back; `undefined` once it was sent. */
  #first: HeldBody | undefined;
  /** The body, if the rest of it is looked at, too. */
  readonly #watched: RequestBody | undefined;
  /** Reads along; `undefined`: nobody does. */
  readonly #tap: RequestTap | undefined;
  #source: Pick<BodyPump, "resume" | "stop"> | undefined;
  #sink: ClientRequest | undefined = undefined;
  #ended = false;
  #waits = false;
  #stopped = false;
  /** Made when the first bytes are to be kept. */
  #kept: KeptBody | undefined = undefined;
  #replayable = true;

  constructor(x: LiveExchange, owner: UploadOwner, rule: KeepRule, tap?: RequestTap) {
    this.#x = x;
    this.#owner = owner;
    this.#rule = rule;
    this.#tap = tap;
    this.#framing = x.framing.kind === "chunked" ? "chunked" : "plain";
    this.#first = x.body?.held;
    this.#watched = x.body?.isWatched ? x.body : undefined;
    this.#source = this.#first;
  }

  /** The whole body was handed to the upstream request. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The upstream is slower than the client: bytes wait to be sent. */
  get waitsForUpstream(): boolean {
    return this.#waits;
  }

  /** Everything read so far is kept and can be sent again. */
  get replayable(): boolean {
    return this.#replayable && (this.#kept === undefined || this.#kept.chunks !== undefined);
  }

  /**
   * Writes the body to this request from now on. Bytes that an earlier request got are sent again.
   * @param edit changes its first bytes
   */
  sendTo(sink: ClientRequest, edit?: EditBody): void {
    this.#sink = sink;
    this.#waits = false;
    // Node must not write chunks: where the headers say `chunked`, we write them ourselves.
    sink.chunkedEncoding = false;
    // By the next tick, a kept connection has taken the request. Before that, Node would buffer head and body apart, and write
    // them with `writev`, which costs twice as much.
    if (this.#first !== undefined) process.nextTick(() => this.#sendFirst(sink, edit));
    else if (this.#ended || this.#source !== undefined) this.#sendAgain(sink, edit);
    else if (this.#x.framing.kind === "none") this.#finish(sink);
    else this.#source = this.#start();
  }

  /** Sends nothing until the next `sendTo`: there is no request to write to. What still comes is kept. */
  detach(): void {
    this.#sink = undefined;
    this.#waits = false;
    // Reading on is also how a client that leaves is noticed.
    if (!this.#ended) this.#source?.resume();
  }

  /** Keeps no bytes for another request any more: the response has begun. */
  forget(): void {
    this.#replayable = false;
    this.#kept?.drop();
    this.#kept = undefined;
  }

  /** Sends no more bytes. Those that still come are read and dropped. */
  stop(): void {
    this.#stopped = true;
    this.#sink = undefined;
    this.forget();
    this.#source?.stop();
  }

  #start(): BodyPump {
    const { req, responder, awaitsContinue, framing } = this.#x;
    if (awaitsContinue) responder.res.writeContinue();
    return new BodyPump(req, this.#move, bodyLength(framing));
  }

  readonly #move: Move = (body, last) => {
    const sink = this.#sink;
    if (this.#watched !== undefined && !this.#stopped && !this.#watched.watch(body, last)) return this.#refuse();
    this.#tap?.push(body);
    if (sink === undefined) return this.#keepDetached(body, last);
    this.#keep(sink, body);
    this.#dropOnceSent(sink);
    const isOwned = this.#kept?.chunks === undefined && this.#tap === undefined && this.#watched === undefined;
    const ready = write(sink, body, this.#framing, last, isOwned);
    if (last) {
      this.#finish(sink);
    } else {
      if (!ready) this.#awaitDrain(sink, isOwned ? body : undefined);
      else if (isOwned && sink.writableLength === 0) freeBytes(body);
      this.#owner.onUploading();
    }
    return ready;
  };

  #refuse(): boolean {
    this.#owner.onUnreadable();
    return true;
  }

  #sendFirst(sink: ClientRequest, edit: EditBody | undefined): void {
    const first = this.#first;
    if (first === undefined || sink !== this.#sink) return;
    const { chunks } = first;
    this.#first = undefined;
    this.#ended = first.ended;
    for (const chunk of chunks) {
      this.#tap?.push(chunk);
      this.#keep(sink, chunk);
    }
    this.#dropOnceSent(sink);
    const ready = this.#writeAll(sink, edit === undefined ? chunks : edit(chunks));
    first.passTo(this.#move, ready);
    this.#proceed(sink, ready);
  }

  #sendAgain(sink: ClientRequest, edit: EditBody | undefined): void {
    const kept = this.#kept?.chunks ?? [];
    this.#dropOnceSent(sink);
    const ready = this.#writeAll(sink, edit === undefined ? kept : edit(kept));
    if (ready && !this.#ended) this.#source?.resume();
    this.#proceed(sink, ready);
  }

  #writeAll(sink: ClientRequest, chunks: readonly Buffer[]): boolean {
    const parts = chunks.length > 1 && lengthOf(chunks) <= JOINED_BYTES ? [Buffer.concat(chunks)] : chunks;
    const all = parts.length === 0 ? ONLY_NOTHING : parts;
    let ready = true;
    for (const [i, chunk] of all.entries()) {
      ready = write(sink, chunk, this.#framing, this.#ended && i === all.length - 1);
    }
    return ready;
  }

  #proceed(sink: ClientRequest, ready: boolean): void {
    if (this.#ended) return this.#finish(sink);
    if (!ready) this.#awaitDrain(sink);
    this.#owner.onUploading();
  }

  #finish(sink: ClientRequest): void {
    this.#ended = true;
    this.#waits = false;
    this.#source = undefined;
    sink.end();
    forgetSentHead(sink);
    this.#owner.onUploaded(sink);
  }

  /** @param owned bytes that can be freed once they were written */
  #awaitDrain(sink: ClientRequest, owned?: Buffer): void {
    this.#waits = true;
    sink.once("drain", () => {
      if (owned !== undefined && sink.writableLength === 0) freeBytes(owned);
      if (sink !== this.#sink) return;
      this.#waits = false;
      this.#source?.resume();
      this.#owner.onUploading();
    });
  }

  /** Keeps bytes to send them again. Only a reused connection can be stale, so on a fresh one none are kept without attempts. */
  #keep(sink: ClientRequest, body: Buffer): void {
    if (!this.#replayable) return;
    const { forAttempts, maxBytes, replayMs } = this.#rule;
    if (!forAttempts && !sink.reusedSocket) return this.forget();
    this.#kept ??= new KeptBody(maxBytes, forAttempts ? undefined : replayMs);
    this.#kept.add(body, isSent(sink));
  }

  /** Drops what is too large to be kept, as soon as a connection takes it. Until then nothing of it was sent. */
  #dropOnceSent(sink: ClientRequest): void {
    const kept = this.#kept;
    if (!kept?.isTooLarge) return;
    const drop = (): void => {
      if (sink === this.#sink) kept.drop();
    };
    if (sink.reusedSocket) drop();
    else whenEstablished(sink, drop);
  }

  /** Keeps what comes after `detach`. When it becomes too much, no more is read until there is somebody to send it to. */
  #keepDetached(body: Buffer, last: boolean): boolean {
    if (this.#stopped) return true;
    this.#kept ??= new KeptBody(this.#rule.maxBytes, undefined);
    this.#kept.add(body, false);
    this.#ended = last;
    return !this.#kept.isTooLarge;
  }
}

/** A connection has taken the request, so a part of it may have been sent. */
function isSent(sink: ClientRequest): boolean {
  return sink.reusedSocket || wasEstablished(sink);
}
