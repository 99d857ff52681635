// Joins the two connections of a WebSocket that is open: bytes pass both ways, and when one side ends or breaks, the other side
// learns of it at once (contract, section 15).

import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Outcome } from "../../../plan/exchange.ts";
import { type DownstreamSocket, resetConnection } from "../../exchange/connection.ts";
import { GO_AWAY_MS } from "../../exchange/going-away.ts";
import { goingAwayFrame } from "./close-frame.ts";
import { OneWay } from "./one-way.ts";

/** How long a side may take to close after the other has, ms. */
const HALF_CLOSED_MS = 1000;

/** How a WebSocket ended. */
export type PairOutcome = Extract<Outcome, "success" | "client_closed" | "upstream_aborted" | "upstream_timeout">;

/** Receives the progress of a pair. None of the calls may throw. */
export interface PairOwner {
  onFromClient(bytes: Buffer): void;
  onFromUpstream(bytes: Buffer): void;
  /** Both connections are closed. Called once, unless the pair was stopped before. */
  onEnd(outcome: PairOutcome, cause: string): void;
}

/** A connection, and what came on it before the pair was made. */
export interface PairSide {
  readonly early: readonly Buffer[];
}

export interface PairSides {
  readonly client: PairSide & { readonly socket: DownstreamSocket };
  readonly upstream: PairSide & { readonly socket: Socket };
}

export class SocketPair {
  readonly #client: DownstreamSocket;
  readonly #upstream: Socket;
  readonly #owner: PairOwner;
  readonly #up: OneWay;
  readonly #down: OneWay;
  /** Limits silence; `undefined`: it is not limited. */
  readonly #silence: NodeJS.Timeout | undefined;
  /** Limits the time that closing takes. */
  #closing: NodeJS.Timeout | undefined = undefined;
  /** What ended it first. */
  #end: { readonly outcome: PairOutcome; readonly cause: string } | undefined = undefined;
  #leaving = false;
  #over = false;

  /**
   * Starts to move bytes. Both sockets have a listener for errors.
   * @param idleMs the longest silence in both directions, ms; 0 = any
   */
  constructor({ client, upstream }: PairSides, idleMs: number, owner: PairOwner) {
    this.#client = client.socket;
    this.#upstream = upstream.socket;
    this.#owner = owner;
    // Each direction ends for itself, as with the client's connection.
    this.#upstream.allowHalfOpen = true;
    const onLastWord = (): void => this.#lastWord();
    this.#up = new OneWay(this.#client, this.#upstream, {
      onMoved: (bytes) => {
        this.#silence?.refresh();
        owner.onFromClient(bytes);
      },
      onLastWord,
    });
    this.#down = new OneWay(this.#upstream, this.#client, {
      onMoved: (bytes) => {
        this.#silence?.refresh();
        owner.onFromUpstream(bytes);
      },
      onLastWord,
    });
    this.#silence = idleMs === 0 ? undefined : setTimeout(() => this.#silent(), idleMs);
    for (const bytes of client.early) this.#up.push(bytes);
    for (const bytes of upstream.early) this.#down.push(bytes);
    this.#client.on("end", this.#clientEnded).on("close", this.#clientClosed);
    this.#upstream.on("end", this.#upstreamEnded).on("close", this.#upstreamClosed);
    if (this.#client.destroyed) this.#clientClosed();
    else if (this.#upstream.destroyed) this.#upstreamClosed();
  }

  /** Closes both sides with a close frame: the gateway is shutting down. */
  goAway(): void {
    if (this.#over || this.#leaving) return;
    this.#leaving = true;
    this.#end ??= { outcome: "client_closed", cause: "shutdown" };
    this.#closeWithin(GO_AWAY_MS);
    this.#up.closeWith(goingAwayFrame(true));
    this.#down.closeWith(goingAwayFrame(false));
    this.#lastWord();
  }

  /** Closes both connections without a word to the owner. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#closing);
    this.#up.stop();
    this.#down.stop();
    this.#client.off("end", this.#clientEnded).off("close", this.#clientClosed);
    this.#upstream.off("end", this.#upstreamEnded).off("close", this.#upstreamClosed);
    this.#client.destroy();
    this.#upstream.destroy();
  }

  readonly #clientEnded = (): void => {
    this.#end ??= { outcome: "client_closed", cause: "the client ended" };
    // A client that shuts down its sending side is gone, but what it sent before is delivered (contract, section 4).
    this.#closeWithin(HALF_CLOSED_MS);
    this.#up.end();
  };

  readonly #upstreamEnded = (): void => {
    this.#end ??= { outcome: "upstream_aborted", cause: "the upstream ended" };
    // The client may be slow to take the last bytes; `downstream.send_timeout_ms` limits that.
    this.#client.once("finish", () => this.#closeWithin(HALF_CLOSED_MS));
    this.#down.end();
  };

  readonly #clientClosed = (): void => {
    this.#end ??= { outcome: "client_closed", cause: "the client's connection broke" };
    if (!this.#up.ended) reset(this.#upstream);
    this.#finish();
  };

  readonly #upstreamClosed = (): void => {
    this.#end ??= { outcome: "upstream_aborted", cause: "the upstream's connection broke" };
    if (!this.#down.ended) {
      resetConnection(this.#client);
      return this.#finish();
    }
    // The client still takes its last bytes.
    if (this.#client.writableFinished) this.#finish();
    else this.#client.once("finish", () => this.#finish());
  };

  /** A side will say nothing more. When both have said so, the connections are closed. */
  #lastWord(): void {
    if (this.#over) return;
    const clientDone = this.#up.ended || (this.#leaving && this.#up.closed);
    const upstreamDone = this.#down.ended || (this.#leaving && this.#down.closed);
    if (clientDone && upstreamDone) this.#endBoth();
  }

  /** Both have closed, or have answered our close frame: the last bytes are sent, then the connections end. */
  #endBoth(): void {
    const { outcome } = this.#end ?? {};
    if (!this.#client.writableEnded) this.#client.end();
    if (!this.#upstream.writableEnded) this.#upstream.end();
    if (outcome === undefined) return;
    if (this.#client.writableFinished) this.#finish();
    else this.#client.once("finish", () => this.#finish());
  }

  /** Nothing has moved for a while. If bytes wait for the client alone, that is the client's fault, and has a limit of its own. */
  #silent(): void {
    if (this.#client.writableLength > 0 && this.#upstream.writableLength === 0) return void this.#silence?.refresh();
    this.#end ??= { outcome: "upstream_timeout", cause: "deadline" };
    this.#finish();
  }

  #closeWithin(ms: number): void {
    if (!this.#over) this.#closing ??= setTimeout(() => this.#finish(), ms);
  }

  #finish(): void {
    if (this.#over) return;
    const { outcome, cause } = this.#end ?? { outcome: "client_closed", cause: "shutdown" };
    const isClosed = this.#up.closed && this.#down.closed && !this.#leaving;
    this.stop();
    this.#owner.onEnd(isClosed ? "success" : outcome, cause);
  }
}

/** Breaks the connection, so that its other end does not take that for the proper end. Node can reset only a TCP connection. */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
