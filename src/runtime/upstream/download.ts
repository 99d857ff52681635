// Moves a response body to the client as it comes. Each event is sent when it arrives, and the head does not wait for the first.

import type { PieceMover } from "../body/body-pump.ts";
import type { Piece } from "../body/chunk-run.ts";
import { freeBytes } from "../body/free-bytes.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { BodyFraming } from "../exchange/responder.ts";
import { forgetSentHead } from "./sent-head.ts";
import { write, writePieces } from "./write.ts";

/** Receives the progress of a download. */
export interface DownloadOwner {
  /**
   * Bytes were moved, and more will follow.
   * @param body `undefined`: they are known only with the chunks that they came in
   * @param ready false when the client is slower: then `onCaughtUp` follows
   */
  onDownloading(body: Buffer | undefined, ready: boolean): void;
  /** The client has taken what waited for it: reading may go on. */
  onCaughtUp(): void;
  /** The last bytes were handed to the client's connection. */
  onDownloaded(body: Buffer | undefined): void;
}

/**
 * Moves one response downstream. With the first move the head is sent, together with the part of the body that came with it. So if
 * the response breaks in its first bytes, the client can still get an error reply.
 */
export class Download implements PieceMover {
  readonly #x: LiveExchange;
  readonly #begin: () => BodyFraming | undefined;
  readonly #owner: DownloadOwner;
  #framing: BodyFraming | undefined = undefined;
  readonly #isOwned: boolean;

  /**
   * @param begin writes the head. Gives `undefined` when the head can't be sent; the exchange has then been ended
   * @param isOwned nobody else reads the bytes of the body, so their memory is freed when they were written
   */
  constructor(x: LiveExchange, begin: () => BodyFraming | undefined, owner: DownloadOwner, isOwned: boolean) {
    this.#x = x;
    this.#begin = begin;
    this.#owner = owner;
    this.#isOwned = isOwned;
  }

  /** Moves bytes of the body. See `Move`. */
  move(body: Buffer, last: boolean): boolean {
    const { res } = this.#x.responder;
    const isFirst = this.#framing === undefined;
    this.#framing ??= this.#begin();
    if (this.#framing === undefined) return true;
    this.#x.countSent(body.length);
    const ready = write(res, body, this.#framing, last, this.#isOwned);
    if (isFirst) forgetSentHead(res);
    this.#wrote(body, last, ready);
    return ready;
  }

  /** Whether parts of the body may go on as the chunks that they came in. */
  get takesChunks(): boolean {
    return this.#framing === "chunked";
  }

  /** Moves parts of the body. Only where it `takesChunks`. */
  movePieces(pieces: readonly Piece[], bytes: number, last: boolean): boolean {
    this.#x.countSent(bytes);
    const ready = writePieces(this.#x.responder.res, pieces, last);
    this.#wrote(undefined, last, ready);
    return ready;
  }

  /** @param body `undefined`: it is not known apart from its chunks */
  #wrote(body: Buffer | undefined, last: boolean, ready: boolean): void {
    const { res } = this.#x.responder;
    if (last) {
      this.#x.complete();
      res.end();
      return this.#owner.onDownloaded(body);
    }
    if (!ready) {
      res.once("drain", () => {
        this.#free(body);
        this.#owner.onCaughtUp();
      });
    }
    this.#owner.onDownloading(body, ready);
    if (ready) this.#free(body);
  }

  #free(body: Buffer | undefined): void {
    if (this.#isOwned && body !== undefined && this.#x.responder.res.writableLength === 0) freeBytes(body);
  }
}
