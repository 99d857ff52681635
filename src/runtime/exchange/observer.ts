// Defines the interfaces through which metrics and tracing follow exchanges, and an observer that does nothing.

import type { Outcome } from "../../plan/exchange.ts";
import type { ForwardSpec, UpstreamSpec } from "../../plan/forward.ts";
import type { ExchangeUsage } from "../usage/exchange-usage.ts";
import type { EndedAttempt, ExchangeRecord } from "./record.ts";

/** A request that never became an exchange, because the HTTP parser refused it. */
export interface UnparsedRequest {
  readonly requestId: string;
  readonly outcome: Outcome;
  readonly status: number;
  /** Why, in a few words. */
  readonly cause: string;
}

/** How a reload ended (contract, section 11). */
export type ReloadResult = "success" | "failure";

/** Follows exchanges without changing them. It is called for each request: it must be cheap, and must not throw. */
export interface Observer {
  /** The exchange has passed all guards. From now to its end it is in flight. */
  admitted(record: ExchangeRecord): void;
  /** The response has begun, and is a stream of events. */
  streaming(record: ExchangeRecord): void;
  /** The exchange has become a WebSocket. */
  webSocket(record: ExchangeRecord): void;
  /** An attempt has ended. The record still names its upstream. @param retried another attempt follows */
  attempted(record: ExchangeRecord, attempt: EndedAttempt, retried: boolean): void;
  /** The exchange has ended: the record is final. */
  ended(record: ExchangeRecord): void;
  /** The usage of an exchange is known. It is called once for each record that says `metered`, after `ended`, some ms later at times. */
  metered(record: ExchangeRecord, usage: ExchangeUsage): void;
  unparsed(request: UnparsedRequest): void;
}

/** Gives the trace context of each request that goes upstream. */
export interface Tracer {
  /**
   * Begins the span of one attempt.
   * @returns the headers that pass the trace on to the upstream, names and values in turn
   */
  attempt(record: ExchangeRecord, forward: ForwardSpec, upstream: UpstreamSpec): readonly string[];
}

const nothing = (): void => {};

export const noopObserver: Observer = Object.freeze({
  admitted: nothing,
  streaming: nothing,
  webSocket: nothing,
  attempted: nothing,
  ended: nothing,
  metered: nothing,
  unparsed: nothing,
});

/** Makes one observer that calls each of these in turn. */
export function combineObservers(observers: readonly Observer[]): Observer {
  const [first = noopObserver, ...more] = observers.filter((observer) => observer !== noopObserver);
  if (more.length === 0) return first;
  const all = [first, ...more];
  return {
    admitted(record) {
      for (const observer of all) observer.admitted(record);
    },
    streaming(record) {
      for (const observer of all) observer.streaming(record);
    },
    webSocket(record) {
      for (const observer of all) observer.webSocket(record);
    },
    attempted(record, attempt, retried) {
      for (const observer of all) observer.attempted(record, attempt, retried);
    },
    ended(record) {
      for (const observer of all) observer.ended(record);
    },
    metered(record, usage) {
      for (const observer of all) observer.metered(record, usage);
    },
    unparsed(request) {
      for (const observer of all) observer.unparsed(request);
    },
  };
}
