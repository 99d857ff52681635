// Opens the WebSocket of an exchange when its upstream has answered with a 101, and passes its bytes on until it ends.

import type { LiveExchange } from "../../exchange/exchange.ts";
import type { OpenedSocket } from "../../exchange/responder.ts";
import { NO_HEADERS } from "../../headers/find-header.ts";
import { type ResponseHead, responseHead, withoutLength } from "../../headers/response-head.ts";
import { completeSwitch } from "../../headers/websocket-head.ts";
import type { AttemptOwner } from "../attempt.ts";
import type { WebSocketTap } from "../body-tap.ts";
import type { SwitchedUpstream } from "../http-proxy.ts";
import { type PairOutcome, SocketPair } from "./socket-pair.ts";

const SWITCHING = 101;

/** Receives the results of a WebSocket. It is a failure if the upstream breaks it, or if it is silent for too long. */
export interface SocketOwner extends Pick<AttemptOwner, "onFailure"> {
  /** The 101 was sent. */
  onBegun(): void;
  /** Node refuses to send the head of the 101. */
  onUnusable(): void;
  /** It was closed by one of the sides, or by the gateway, in whichever way. */
  onPassed(): void;
}

export interface SocketParts {
  /** See `WebSocketForwardSpec`. */
  readonly tokenPrefixes: readonly string[];
  /** The longest silence, ms; 0 = any. */
  readonly idleMs: number;
  /** Reads a copy of the bytes; `undefined`: nobody does. */
  readonly tap: WebSocketTap | undefined;
}

export class PassedSocket {
  /** Part of what a response that is passed on has: see `PassedResponse`. */
  readonly beganWithError = false;
  readonly delivers = true;
  readonly #x: LiveExchange;
  readonly #parts: SocketParts;
  readonly #owner: SocketOwner;
  #pair: SocketPair | undefined = undefined;
  #tap: WebSocketTap | undefined;

  constructor(x: LiveExchange, parts: SocketParts, owner: SocketOwner) {
    this.#x = x;
    this.#parts = parts;
    this.#owner = owner;
    this.#tap = parts.tap;
  }

  /** Sends the 101, and starts to move bytes. */
  start({ response, socket, early }: SwitchedUpstream): void {
    // Without a listener, an error of the connection would be an uncaught exception.
    socket.on("error", ignore);
    const head = responseHead(response.rawHeaders, this.#x.id, SWITCHING);
    const opened = this.#open(withoutLength(head));
    if (opened === undefined) {
      socket.destroy();
      return this.#owner.onUnusable();
    }
    this.#x.forgetHeaders();
    response.rawHeaders = NO_HEADERS;
    this.#owner.onBegun();
    this.#pair = new SocketPair({ client: opened, upstream: { socket, early } }, this.#parts.idleMs, {
      onFromClient: (bytes) => {
        this.#x.countReceived(bytes.length);
        this.#tap?.fromClient(bytes);
      },
      onFromUpstream: (bytes) => {
        this.#x.countSent(bytes.length);
        this.#tap?.fromUpstream(bytes);
      },
      onEnd: (outcome, cause) => this.#ended(outcome, cause),
    });
    this.#x.goAway = () => this.#pair?.goAway();
  }

  /** A WebSocket ends when its client leaves. */
  drain(): void {}

  stop(): void {
    this.#pair?.stop();
    this.#endTap();
  }

  #open(head: Readonly<ResponseHead>): OpenedSocket | undefined {
    completeSwitch(head.headers, this.#x.rawHeaders, this.#parts);
    try {
      return this.#x.open(head.headers);
    } catch {
      return undefined;
    }
  }

  #ended(outcome: PairOutcome, cause: string): void {
    this.#endTap();
    if (outcome === "upstream_aborted" || outcome === "upstream_timeout") {
      return this.#owner.onFailure({ outcome, cause, stale: false, reached: true });
    }
    this.#owner.onPassed();
    this.#x.close(outcome);
  }

  #endTap(): void {
    const tap = this.#tap;
    this.#tap = undefined;
    tap?.ended();
  }
}

function ignore(): void {}
