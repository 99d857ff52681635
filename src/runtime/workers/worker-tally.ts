// Counts what a worker reports, and knows what it has in progress, which is taken off the figures when it dies.

import type { EndedAttempt } from "../exchange/record.ts";
import type {
  CountedExchange,
  CountedRoute,
  CountedUpstream,
  CountedUsage,
  UsedExchange,
} from "../observe/metrics/counted-exchange.ts";
import type { Meters } from "../observe/metrics/meters.ts";
import { type EventReader, readEvents } from "./read-events.ts";
import type { Report } from "./report.ts";

interface Gauges {
  inflight: number;
  streams: number;
  webSockets: number;
}

export class WorkerTally implements EventReader {
  readonly #meters: Meters;
  readonly #gauges = new Map<string, Gauges>();

  /** @param meters those of all workers. They are told, too */
  constructor(meters: Meters) {
    this.#meters = meters;
  }

  /** Counts what a report says. */
  apply(report: Pick<Report, "names" | "events">): void {
    readEvents(report, this);
  }

  admitted(record: CountedRoute): void {
    this.#of(record).inflight++;
    this.#meters.admitted(record);
  }

  streaming(record: CountedRoute): void {
    this.#of(record).streams++;
    this.#meters.streaming(record);
  }

  webSocket(record: CountedRoute): void {
    this.#of(record).webSockets++;
    this.#meters.webSocket(record);
  }

  attempted(record: CountedUpstream, attempt: EndedAttempt, retried: boolean): void {
    this.#meters.attempted(record, attempt, retried);
  }

  ended(record: CountedExchange): void {
    if (record.admitted) {
      const gauges = this.#of(record);
      gauges.inflight--;
      if (record.streaming) gauges.streams--;
      if (record.webSocket) gauges.webSockets--;
    }
    this.#meters.ended(record);
  }

  metered(record: UsedExchange, usage: CountedUsage): void {
    this.#meters.metered(record, usage);
  }

  unparsed(request: Parameters<EventReader["unparsed"]>[0]): void {
    this.#meters.unparsed(request);
  }

  /** The worker is gone: what it had in progress is no more. */
  gone(): void {
    for (const [routeId, gauges] of this.#gauges) this.#meters.lost(routeId, gauges);
    this.#gauges.clear();
  }

  #of({ route }: CountedRoute): Gauges {
    // Only what has a route is ever admitted.
    const id = route?.id ?? "";
    let gauges = this.#gauges.get(id);
    if (gauges === undefined) {
      gauges = { inflight: 0, streams: 0, webSockets: 0 };
      this.#gauges.set(id, gauges);
    }
    return gauges;
  }
}
