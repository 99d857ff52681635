// Moves a request body to the upstream as it comes. On a reused connection, it keeps the first bytes for a replay
// (contract, section 4, "A pooled connection that turns out stale").

import type { ClientRequest } from "node:http";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { BodyFraming } from "../exchange/responder.ts";
import { BodyPump } from "./body-pump.ts";
import { write } from "./write.ts";

export class Upload {
  readonly #x: LiveExchange;
  readonly #framing: BodyFraming;
  readonly #keepMax: number;
  #sink: ClientRequest | undefined = undefined;
  #pump: BodyPump | undefined = undefined;
  #ended: boolean;
  #kept: Buffer[] | undefined = [];
  #keptBytes = 0;

  /** @param keepMax how much of the body is kept for a replay, bytes */
  constructor(x: LiveExchange, keepMax: number) {
    this.#x = x;
    this.#framing = x.framing.kind === "chunked" ? "chunked" : "plain";
    this.#keepMax = keepMax;
    this.#ended = x.framing.kind === "none";
  }

  /** The whole body was handed to the upstream request. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Everything read so far is kept and can be sent again. */
  get replayable(): boolean {
    return this.#kept !== undefined;
  }

  /** Writes the body to this request from now on. Bytes that an earlier request got are sent again. */
  sendTo(sink: ClientRequest): void {
    this.#sink = sink;
    // Node must not write chunks: where the head says `chunked`, we write them ourselves.
    sink.chunkedEncoding = false;
    if (this.#pump !== undefined) {
      write(sink, Buffer.concat(this.#kept ?? []), this.#framing, this.#ended);
      this.#pump.resume();
    }
    if (this.#ended) sink.end();
    else this.#pump ??= this.#start();
  }

  /** Sends no more bytes. Those that still come are read and dropped. */
  stop(): void {
    this.#sink = undefined;
    this.#kept = undefined;
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
      this.#ended = true;
      sink.end();
    } else if (!ready) {
      sink.once("drain", () => this.#pump?.resume());
    }
    return ready;
  }

  /** Keeps bytes for a replay. Only a reused connection can be stale, so on a fresh one no bytes are kept. */
  #keep(sink: ClientRequest, body: Buffer): void {
    if (this.#kept === undefined) return;
    this.#keptBytes += body.length;
    if (this.#keptBytes > this.#keepMax || !sink.reusedSocket) this.#kept = undefined;
    else this.#kept.push(body);
  }
}
