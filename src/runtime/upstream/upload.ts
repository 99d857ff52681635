// Moves a request body to the upstream as it comes. On a reused connection, it keeps what it read for a replay.

import type { ClientRequest } from "node:http";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { BodyFraming } from "../exchange/responder.ts";
import { BodyPump } from "./body-pump.ts";
import { KeptBody } from "./kept-body.ts";
import { write } from "./write.ts";

const NOTHING = Buffer.alloc(0);

/** Receives the progress of an upload. */
export interface UploadOwner {
  /** A part of the body was moved, and more will follow. */
  onUploading(): void;
  /** The whole request was handed to `sink`. Called once. */
  onUploaded(sink: ClientRequest): void;
}

export class Upload {
  readonly #x: LiveExchange;
  readonly #owner: UploadOwner;
  readonly #replayMs: number;
  readonly #framing: BodyFraming;
  #sink: ClientRequest | undefined = undefined;
  #pump: BodyPump | undefined = undefined;
  #ended = false;
  #waits = false;
  /** Made when the first bytes go to a reused connection. */
  #kept: KeptBody | undefined = undefined;
  #replayable = true;

  /** @param replayMs a request is not sent again later than this after its connection took it, ms */
  constructor(x: LiveExchange, owner: UploadOwner, replayMs: number) {
    this.#x = x;
    this.#owner = owner;
    this.#replayMs = replayMs;
    this.#framing = x.framing.kind === "chunked" ? "chunked" : "plain";
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

  /** Writes the body to this request from now on. Bytes that an earlier request got are sent again. */
  sendTo(sink: ClientRequest): void {
    this.#sink = sink;
    this.#waits = false;
    // Node must not write chunks: where the headers say `chunked`, we write them ourselves.
    sink.chunkedEncoding = false;
    if (this.#ended || this.#pump !== undefined) this.#sendAgain(sink);
    else if (this.#x.framing.kind === "none") this.#finish(sink);
    else this.#pump = this.#start();
  }

  /** Keeps no bytes for a replay any more: the response has begun. */
  forget(): void {
    this.#replayable = false;
    this.#kept?.drop();
    this.#kept = undefined;
  }

  /** Sends no more bytes. Those that still come are read and dropped. */
  stop(): void {
    this.#sink = undefined;
    this.forget();
    this.#pump?.stop();
  }

  #start(): BodyPump {
    const { req, responder, awaitsContinue } = this.#x;
    if (awaitsContinue) responder.res.writeContinue();
    return new BodyPump(req, (body, last) => this.#move(body, last));
  }

  #move(body: Buffer, last: boolean): boolean {
    const sink = this.#sink;
    if (sink === undefined) return true;
    this.#keep(sink, body);
    const ready = write(sink, body, this.#framing, last);
    if (last) {
      this.#finish(sink);
    } else {
      if (!ready) this.#awaitDrain(sink);
      this.#owner.onUploading();
    }
    return ready;
  }

  #sendAgain(sink: ClientRequest): void {
    const kept = this.#kept?.chunks ?? [];
    const chunks = kept.length === 0 ? [NOTHING] : kept;
    let ready = true;
    for (const chunk of chunks) ready = write(sink, chunk, this.#framing, this.#ended && chunk === chunks.at(-1));
    if (this.#ended) sink.end();
    else if (ready) this.#pump?.resume();
    else this.#awaitDrain(sink);
  }

  #finish(sink: ClientRequest): void {
    this.#ended = true;
    this.#waits = false;
    sink.end();
    this.#owner.onUploaded(sink);
  }

  #awaitDrain(sink: ClientRequest): void {
    this.#waits = true;
    sink.once("drain", () => {
      if (sink !== this.#sink) return;
      this.#waits = false;
      this.#pump?.resume();
      this.#owner.onUploading();
    });
  }

  /** Keeps bytes for a replay. Only a reused connection can be stale, so on a fresh one no bytes are kept. */
  #keep(sink: ClientRequest, body: Buffer): void {
    if (!this.#replayable) return;
    if (!sink.reusedSocket) return this.forget();
    this.#kept ??= new KeptBody(this.#replayMs);
    this.#kept.add(body);
  }
}
