// Writes what an observer is told as numbers, which cost little to send. `readEvents` reads them.

import type { Client } from "../../plan/exchange.ts";
import type { UnparsedRequest } from "../exchange/observer.ts";
import type { EndedAttempt } from "../exchange/record.ts";
import { lastAttemptCounts } from "../observe/last-attempt.ts";
import type {
  CountedExchange,
  CountedRoute,
  CountedUpstream,
  CountedUsage,
  UsedExchange,
} from "../observe/metrics/counted-exchange.ts";
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

/** So many numbers are room for about 100 exchanges. */
const FIRST_ROOM = 4096;
/** No event has more numbers. */
const MOST_NUMBERS = 16;
const NO_NAME = -1;

interface OfClient {
  readonly client: Pick<Client, "id" | "label" | "access"> | undefined;
}

/** What is not known is written as `NaN`, a text as its place among the names. Times are written as durations from the start, ms. */
export class EventWriter {
  #numbers = new Float64Array(FIRST_ROOM);
  #length = 0;
  #names: string[] = [];
  readonly #places = new Map<string, number>();

  /** How many numbers wait. */
  get length(): number {
    return this.#length;
  }

  admitted({ route }: CountedRoute): void {
    this.#begin(ADMITTED);
    this.#name(route?.id);
  }

  streaming({ route }: CountedRoute): void {
    this.#begin(STREAMING);
    this.#name(route?.id);
  }

  webSocket({ route }: CountedRoute): void {
    this.#begin(WEB_SOCKET);
    this.#name(route?.id);
  }

  attempted({ route, upstream }: CountedUpstream, attempt: EndedAttempt, retried: boolean): void {
    this.#begin(ATTEMPTED);
    this.#name(route?.id);
    this.#name(upstream?.host);
    this.#name(attempt.upstream);
    this.#name(attempt.result);
    this.#number(attempt.status);
    this.#number(attempt.ms);
    this.#number(retried ? 1 : 0);
  }

  ended(record: CountedExchange & OfClient): void {
    const { startedAt } = record;
    this.#begin(ENDED);
    this.#name(record.route?.id);
    this.#client(record.client);
    this.#name(record.method);
    this.#name(record.outcome);
    this.#name(record.upstream?.host);
    this.#number(record.status);
    this.#number(bitsOf(record));
    this.#number(record.endedAt - startedAt);
    this.#time(record.sentAt, startedAt);
    this.#time(record.headAt, startedAt);
  }

  metered({ route, client, status, upstreamAnswered }: UsedExchange & OfClient, usage: CountedUsage): void {
    const { known, counts } = usage.report;
    this.#begin(METERED);
    this.#name(route?.id);
    this.#client(client);
    this.#number(status);
    this.#number(upstreamAnswered ? IS_ANSWERED : 0);
    this.#name(usage.modelLabel);
    this.#name(known);
    this.#number(counts.input);
    this.#number(counts.cacheRead);
    this.#number(counts.cacheWrite);
    this.#number(counts.output);
    this.#number(counts.reasoning);
    this.#number(usage.costTicks);
    this.#number(usage.ttftMs);
  }

  unparsed({ outcome, status }: Pick<UnparsedRequest, "outcome" | "status">): void {
    this.#begin(UNPARSED);
    this.#name(outcome);
    this.#number(status);
  }

  /** Takes out what was written. */
  take(): Pick<Report, "names" | "events"> {
    const events = this.#numbers.slice(0, this.#length);
    const names = this.#names;
    this.#length = 0;
    this.#names = [];
    this.#places.clear();
    return { names, events };
  }

  #begin(kind: number): void {
    if (this.#length + MOST_NUMBERS > this.#numbers.length) this.#grow();
    this.#number(kind);
  }

  #grow(): void {
    const larger = new Float64Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }

  #number(value: number | null | undefined): void {
    this.#numbers[this.#length++] = value ?? Number.NaN;
  }

  #time(at: number | undefined, startedAt: number): void {
    this.#number(at === undefined ? undefined : at - startedAt);
  }

  #name(name: string | undefined): void {
    if (name === undefined) return this.#number(NO_NAME);
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.#names.push(name) - 1;
      this.#places.set(name, place);
    }
    this.#number(place);
  }

  /** The id of a token without a client is made from the token, so it stays here. Its label takes its place. */
  #client(client: OfClient["client"]): void {
    this.#name(client?.label);
    this.#number(client?.access === undefined ? 0 : 1);
  }
}

function bitsOf(record: CountedExchange): number {
  return (
    (record.admitted ? IS_ADMITTED : 0) |
    (record.streaming ? IS_STREAMING : 0) |
    (record.webSocket ? IS_WEB_SOCKET : 0) |
    (record.upstreamAnswered ? IS_ANSWERED : 0) |
    (lastAttemptCounts(record) ? LAST_COUNTS : 0)
  );
}
