// Reads what has to be known of a request's body before the request goes upstream, and keeps the part that was held for that:
// the models it names (contract, section 12), and state of one account (contract, section 7).

import type { IncomingMessage } from "node:http";
import { type Reply, replyFor } from "../../plan/replies.ts";
import { HeldBody } from "../body/held-body.ts";
import { bodyLength, type Framing } from "../headers/request-head.ts";
import { bodyFormat } from "../model/body-format.ts";
import type { BodyModel } from "../model/body-model.ts";
import { BodyScan } from "../model/body-scan.ts";
import type { GatewayResponse } from "./connection.ts";

const STALLED = replyFor("request_timeout");

/** The exchange whose body is read. */
export interface BodyOwner {
  readonly req: IncomingMessage;
  readonly responder: { readonly res: GatewayResponse };
  readonly rawHeaders: readonly string[];
  readonly framing: Framing;
  readonly awaitsContinue: boolean;
  readonly done: boolean;
  hold(release: () => void): void;
  reply(reply: Reply): void;
  fail(err: unknown, by: string): void;
}

export interface BodyQuestions {
  /** The models are asked for. */
  readonly model: boolean;
  /** How much of the body may be held, bytes. */
  readonly maxBytes: number;
  /** The longest time in which the client may send nothing, ms; 0 = any. */
  readonly idleMs: number;
}

export class RequestBody {
  readonly held: HeldBody;
  readonly #scan: BodyScan | undefined;
  #stall: NodeJS.Timeout | undefined = undefined;
  /** How many bytes came before enough was held. */
  #bytes = 0;
  #ready = false;
  #waiting: (() => void)[] = [];

  /** Starts to read. */
  constructor(owner: BodyOwner, { model, maxBytes, idleMs }: BodyQuestions) {
    if (owner.awaitsContinue) owner.responder.res.writeContinue();
    this.#scan = model ? new BodyScan(bodyFormat(owner.rawHeaders), maxBytes) : undefined;
    this.held = new HeldBody(
      owner.req,
      (body, last) => {
        // Most bodies come at once. For them there is no timer.
        if (!last && idleMs > 0) this.#stall = this.#stall?.refresh() ?? setTimeout(() => this.#giveUp(owner), idleMs);
        this.#bytes += body.length;
        return this.#scan === undefined ? this.#bytes >= maxBytes : this.#isScanned(this.#scan, body, last);
      },
      () => this.#onEnough(owner),
      bodyLength(owner.framing),
    );
    owner.hold(() => {
      clearTimeout(this.#stall);
      this.held.stop();
    });
  }

  /** Calls back when all that was asked is known, or now if it is. Never if the exchange ends before. */
  whenRead(callback: () => void): void {
    if (this.#ready) callback();
    else this.#waiting.push(callback);
  }

  /**
   * What the body says about the model; `undefined` if that was not asked, or is not known yet, or if the body turned out to be
   * empty. A request whose chunks hold nothing is one without a body, as one with a length of 0 is.
   */
  get model(): BodyModel | undefined {
    return this.held.ended && this.#bytes === 0 ? undefined : this.#scan?.result;
  }

  /** The models were asked for. */
  get asksModel(): boolean {
    return this.#scan !== undefined;
  }

  /** The rest of the body matters, too: another model must not come behind the part that was held. */
  get isWatched(): boolean {
    return this.#scan !== undefined && !this.held.ended;
  }

  /** Looks at the next bytes of the rest. False: they must not go upstream. */
  watch(body: Buffer, last: boolean): boolean {
    const scan = this.#scan;
    if (scan === undefined) return true;
    scan.push(body);
    if (last) scan.end();
    return !scan.isContradicted;
  }

  #isScanned(scan: BodyScan, body: Buffer, last: boolean): boolean {
    scan.push(body);
    if (last) scan.end();
    return scan.result !== undefined;
  }

  /** The client has sent nothing for too long. What it still sends is dropped, even if the reply to it can't be sent yet. */
  #giveUp(owner: BodyOwner): void {
    this.held.stop();
    owner.reply(STALLED);
  }

  #onEnough(owner: BodyOwner): void {
    clearTimeout(this.#stall);
    this.#ready = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) {
      if (owner.done) return;
      try {
        callback();
      } catch (err) {
        // Nobody else would catch it here, and it would end the process.
        owner.fail(err, "forward");
      }
    }
  }
}
