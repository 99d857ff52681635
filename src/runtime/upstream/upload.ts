// How does the request body get upstream? As it comes; its first bytes are kept while the connection
// may yet turn out stale (contract, section 4, "A pooled connection that turns out stale").

import type { ClientRequest } from "node:http";
import type { LiveExchange } from "../exchange/exchange.ts";
import { BodyPump } from "./body-pump.ts";
import { type BodyFraming, write } from "./write.ts";

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

  /** All of the body was handed to the upstream request. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Everything read so far is still here to be sent again. */
  get replayable(): boolean {
    return this.#kept !== undefined;
  }

  /** Sends to this request from now on; what another was given before is given again. */
  to(sink: ClientRequest): void {
    this.#sink = sink;
    // The head says `chunked`; the chunks are ours to write.
    sink.chunkedEncoding = false;
    if (this.#pump !== undefined) {
      write(sink, Buffer.concat(this.#kept ?? []), this.#framing, this.#ended);
      this.#pump.resume();
    }
    if (this.#ended) sink.end();
    else this.#pump ??= this.#start();
  }

  /** Nothing more is sent; what still comes is read and dropped. */
  stop(): void {
    this.#sink = undefined;
    this.#kept = undefined;
    this.#pump?.stop();
  }

  #start(): BodyPump {
    const { req, res } = this.#x;
    if (this.#x.awaitsContinue) res.writeContinue();
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

  #keep(sink: ClientRequest, body: Buffer): void {
    if (this.#kept === undefined) return;
    this.#keptBytes += body.length;
    if (this.#keptBytes > this.#keepMax || !sink.reusedSocket) this.#kept = undefined;
    else this.#kept.push(body);
  }
}
