// Who is told what happens to exchanges? Whatever counts or traces. Nobody, when nothing of it is configured.

import type { Outcome } from "../../plan/exchange.ts";
import type { ForwardSpec } from "../../plan/forward.ts";
import type { LiveExchange } from "./exchange.ts";

/** A refusal that never became an exchange: what the HTTP parser would not read. */
export interface UnparsedRequest {
  readonly requestId: string;
  readonly outcome: Outcome;
  readonly status: number;
}

/** How a reload ended (contract, section 11). */
export type ReloadResult = "success" | "failure";

/** All of it is called on the path of a request: it must be cheap, and must not throw. */
export interface Observer {
  /** It has passed all guards but the upstream's: from here to its end it is in flight. */
  admitted(x: LiveExchange): void;
  /** It goes upstream now, for the first time or again. */
  sending(x: LiveExchange, to: ForwardSpec): void;
  /** Its response is a stream of events, and has begun. */
  streaming(x: LiveExchange): void;
  /** An attempt failed and another follows. @param reason the word of `retry_on` */
  retrying(x: LiveExchange, reason: string): void;
  /** It is over: everything about it is known. */
  ended(x: LiveExchange): void;
  unread(request: UnparsedRequest): void;
}

const nothing = (): void => {};

export const noopObserver: Observer = Object.freeze({
  admitted: nothing,
  sending: nothing,
  streaming: nothing,
  retrying: nothing,
  ended: nothing,
  unread: nothing,
});

/** Tells one, then the other. */
export function combineObservers(one: Observer, other: Observer): Observer {
  if (one === noopObserver) return other;
  if (other === noopObserver) return one;
  return {
    admitted(x) {
      one.admitted(x);
      other.admitted(x);
    },
    sending(x, to) {
      one.sending(x, to);
      other.sending(x, to);
    },
    streaming(x) {
      one.streaming(x);
      other.streaming(x);
    },
    retrying(x, reason) {
      one.retrying(x, reason);
      other.retrying(x, reason);
    },
    ended(x) {
      one.ended(x);
      other.ended(x);
    },
    unread(request) {
      one.unread(request);
      other.unread(request);
    },
  };
}
