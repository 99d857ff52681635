// Reads the events of a report, and tells each to an observer of the primary.

import type { Outcome } from "../../plan/exchange.ts";
import type { AttemptResult, EndedAttempt } from "../exchange/record.ts";
import { clientKey } from "../limits/client-key.ts";
import type {
  CountedClient,
  CountedExchange,
  CountedRoute,
  CountedUpstream,
  CountedUsage,
  UsedExchange,
} from "../observe/metrics/counted-exchange.ts";
import type { UsageKnown } from "../usage/usage-report.ts";
import {
  ADMITTED,
  ATTEMPTED,
  ENDED,
  IS_ADMITTED,
  IS_ANSWERED,
  IS_STREAMING,
  IS_WEB_SOCKET,
  LAST_COUNTS,
  METERED,
  type Report,
  STREAMING,
  UNPARSED,
  WEB_SOCKET,
} from "./report.ts";

/** Is told what an observer in the worker was told, in the same order. */
export interface EventReader {
  admitted(record: CountedRoute): void;
  streaming(record: CountedRoute): void;
  webSocket(record: CountedRoute): void;
  attempted(record: CountedUpstream, attempt: EndedAttempt, retried: boolean): void;
  ended(record: CountedExchange): void;
  metered(record: UsedExchange, usage: CountedUsage): void;
  unparsed(request: { readonly outcome: Outcome; readonly status: number }): void;
}

const NO_ATTEMPTS: readonly EndedAttempt[] = Object.freeze([]);

/** Each event is read in the order in which `EventWriter` writes it. */
export function readEvents(report: Pick<Report, "names" | "events">, to: EventReader): void {
  const events = new Cursor(report);
  while (!events.atEnd) readEvent(events, to);
}

function readEvent(events: Cursor, to: EventReader): void {
  switch (events.number()) {
    case ADMITTED:
      return to.admitted({ route: events.route() });
    case STREAMING:
      return to.streaming({ route: events.route() });
    case WEB_SOCKET:
      return to.webSocket({ route: events.route() });
    case ATTEMPTED:
      return readAttempt(events, to);
    case ENDED:
      return to.ended(endedExchange(events));
    case METERED:
      return to.metered(usedExchange(events), countedUsage(events));
    case UNPARSED:
      return to.unparsed({ outcome: events.name() as Outcome, status: events.number() });
  }
}

function readAttempt(events: Cursor, to: EventReader): void {
  const record = { route: events.route(), upstream: events.upstream() };
  const upstream = events.name() ?? "";
  const result = events.name() as AttemptResult;
  const attempt = { upstream, result, status: events.known(), ms: events.number() };
  to.attempted(record, attempt, events.number() === 1);
}

function endedExchange(events: Cursor): CountedExchange {
  const [route, client] = [events.route(), events.client()];
  const method = events.name() ?? "";
  const outcome = events.name() as Outcome;
  const upstream = events.upstream();
  const status = events.number();
  const bits = events.number();
  const endedAt = events.number();
  const [sentAt, headAt] = [events.known(), events.known()];
  return {
    route,
    client,
    method,
    outcome,
    upstream,
    status,
    builtIn: false,
    startedAt: 0,
    sentAt,
    headAt,
    endedAt,
    admitted: (bits & IS_ADMITTED) !== 0,
    streaming: (bits & IS_STREAMING) !== 0,
    webSocket: (bits & IS_WEB_SOCKET) !== 0,
    upstreamAnswered: (bits & IS_ANSWERED) !== 0,
    attempts: (bits & LAST_COUNTS) === 0 ? 0 : 1,
    failedAttempts: NO_ATTEMPTS,
  };
}

function usedExchange(events: Cursor): UsedExchange {
  const [route, client, status] = [events.route(), events.client(), events.number()];
  return { route, client, status, upstreamAnswered: events.number() === IS_ANSWERED };
}

function countedUsage(events: Cursor): CountedUsage {
  const modelLabel = events.name() ?? "";
  const known = events.name() as UsageKnown;
  const [input, cacheRead, cacheWrite] = [events.orNull(), events.orNull(), events.orNull()];
  const counts = { input, cacheRead, cacheWrite, output: events.orNull(), reasoning: events.orNull() };
  return { modelLabel, report: { known, counts }, costTicks: events.orNull(), ttftMs: events.orNull() };
}

/** Reads one number after the other. */
class Cursor {
  readonly #names: readonly string[];
  readonly #events: Float64Array;
  #at = 0;

  constructor({ names, events }: Pick<Report, "names" | "events">) {
    this.#names = names;
    this.#events = events;
  }

  get atEnd(): boolean {
    return this.#at >= this.#events.length;
  }

  number(): number {
    return this.#events[this.#at++] as number;
  }

  known(): number | undefined {
    return this.orNull() ?? undefined;
  }

  orNull(): number | null {
    const value = this.number();
    return Number.isNaN(value) ? null : value;
  }

  name(): string | undefined {
    return this.#names[this.number()];
  }

  route(): CountedRoute["route"] {
    const id = this.name();
    return id === undefined ? undefined : { id };
  }

  upstream(): CountedUpstream["upstream"] {
    const host = this.name();
    return host === undefined ? undefined : { host };
  }

  client(): CountedClient | undefined {
    const label = this.name();
    const isClient = this.number() === 1;
    return label === undefined ? undefined : { id: isClient ? clientKey(label) : label, label };
  }
}
