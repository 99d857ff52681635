// How does the request body get upstream? As it comes, with back-pressure, in constant memory; its first bytes kept
// while the connection may yet turn out stale (spec section 4, "A pooled connection that turns out stale").

import type { ClientRequest } from "node:http";
import type { LiveExchange } from "../exchange.ts";
import { JOIN_BYTES } from "./write.ts";

export class Upload {
  readonly #x: LiveExchange;
  readonly #keepMax: number;
  #sink: ClientRequest | undefined = undefined;
  #started = false;
  #ended: boolean;
  #kept: Buffer[] | undefined = [];
  #keptBytes = 0;

  /** @param keepMax how much of the body is kept for a replay, bytes */
  constructor(x: LiveExchange, keepMax: number) {
    this.#x = x;
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
    for (const chunk of this.#kept ?? []) sink.write(chunk);
    if (this.#ended) {
      sink.end();
      return;
    }
    this.#x.req.resume();
    if (!this.#started) this.#start();
  }

  /** Nothing more is sent; what still comes is read and dropped. */
  stop(): void {
    this.#sink = undefined;
    this.#kept = undefined;
    if (this.#started) this.#x.req.resume();
  }

  #start(): void {
    this.#started = true;
    const { req, res } = this.#x;
    if (this.#x.awaitsContinue) res.writeContinue();
    req.on("data", (chunk: Buffer) => this.#move(chunk));
    req.on("end", () => this.#end());
  }

  #move(chunk: Buffer): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    this.#keep(chunk);
    const { req } = this.#x;
    // The last chunk goes out with the end: one write for a small body.
    if (req.complete && req.readableLength === 0) this.#end(chunk);
    else if (!sink.write(chunk)) this.#waitForDrain(sink);
  }

  #end(last?: Buffer): void {
    if (this.#ended) return;
    this.#ended = true;
    if (last === undefined) this.#sink?.end();
    else if (last.length > JOIN_BYTES) this.#sink?.end(last);
    else this.#sink?.end(last.toString("latin1"), "latin1");
  }

  #waitForDrain(sink: ClientRequest): void {
    this.#x.req.pause();
    sink.once("drain", () => this.#x.req.resume());
  }

  #keep(chunk: Buffer): void {
    if (this.#kept === undefined) return;
    this.#keptBytes += chunk.length;
    if (this.#keptBytes > this.#keepMax || this.#sink?.reusedSocket !== true) this.#kept = undefined;
    else this.#kept.push(chunk);
  }
}
