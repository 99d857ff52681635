// Collects what happens in a worker, and sends it to the primary in batches: a message costs more than what is in it.

import type { Observer, UnparsedRequest } from "../exchange/observer.ts";
import type { EndedAttempt, ExchangeRecord } from "../exchange/record.ts";
import type { ExchangeUsage } from "../usage/exchange-usage.ts";
import type { LedgerLine } from "../usage/ledger-line.ts";
import { EventWriter } from "./event-writer.ts";
import type { Report } from "./report.ts";

export interface ReportTimes {
  /** How long a line of the ledger waits at most, ms. It is lost if the worker is killed meanwhile. */
  readonly lineMs: number;
  /** How long everything else waits at most, ms. */
  readonly eventMs: number;
}

/** A message takes about 20 µs of both processes together: 0.4 % of a core with these times, or 0.1 % without a ledger. */
const TIMES: ReportTimes = { lineMs: 5, eventMs: 20 };

/** With so many numbers waiting, a report is sent at once. They are about 1 MiB. */
const MOST_NUMBERS = 128 * 1024;

export interface WorkerReportsParts {
  /** Sends a report to the primary. Must not throw. */
  readonly send: (report: Report) => void;
  readonly times?: Partial<ReportTimes>;
}

export class WorkerReports implements Observer {
  readonly #send: (report: Report) => void;
  readonly #times: ReportTimes;
  readonly #events = new EventWriter();
  #lines: LedgerLine[] = [];
  #timer: NodeJS.Timeout | undefined = undefined;
  /** The timer is that of lines. */
  #linesWait = false;

  constructor({ send, times }: WorkerReportsParts) {
    this.#send = send;
    this.#times = { ...TIMES, ...times };
  }

  admitted(record: ExchangeRecord): void {
    this.#events.admitted(record);
    this.#wait();
  }

  streaming(record: ExchangeRecord): void {
    this.#events.streaming(record);
    this.#wait();
  }

  webSocket(record: ExchangeRecord): void {
    this.#events.webSocket(record);
    this.#wait();
  }

  attempted(record: ExchangeRecord, attempt: EndedAttempt, retried: boolean): void {
    this.#events.attempted(record, attempt, retried);
    this.#wait();
  }

  ended(record: ExchangeRecord): void {
    // Built-in endpoints are not counted.
    if (record.builtIn) return;
    this.#events.ended(record);
    this.#wait();
  }

  metered(record: ExchangeRecord, usage: ExchangeUsage): void {
    this.#events.metered(record, usage);
    this.#wait();
  }

  unparsed(request: UnparsedRequest): void {
    this.#events.unparsed(request);
    this.#wait();
  }

  /** Takes a line of the ledger. */
  append(line: LedgerLine): void {
    this.#lines.push(line);
    if (this.#linesWait) return;
    this.#linesWait = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), this.#times.lineMs);
  }

  /** Sends what waits, so that the primary knows all that happened until now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#linesWait = false;
    if (this.#events.length === 0 && this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#send({ ...this.#events.take(), lines });
  }

  #wait(): void {
    if (this.#events.length >= MOST_NUMBERS) return this.flush();
    this.#timer ??= setTimeout(() => this.flush(), this.#times.eventMs);
  }
}
