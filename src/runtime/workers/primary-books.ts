// Keeps the books of all workers in the primary: counts what they report, has their lines written, and answers who asks for figures.

import type { Blueprint } from "../../plan/blueprint.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { BuiltInEndpoints, BuiltInRequest } from "../endpoints/built-in.ts";
import type { ReloadResult } from "../exchange/observer.ts";
import type { Meters } from "../observe/metrics/meters.ts";
import type { ClientSums } from "../usage/ledger/charge-sums.ts";
import type { LedgerLine } from "../usage/ledger-line.ts";
import { ChargesByWorker } from "./charges-by-worker.ts";
import type { FleetFigures } from "./fleet-figures.ts";
import type { Restored } from "./primary-link.ts";
import type { Report } from "./report.ts";
import { WorkerTally } from "./worker-tally.ts";

export interface PrimaryBooksParts {
  /** Both are `undefined` without metrics. */
  readonly meters: Meters | undefined;
  readonly endpoints: BuiltInEndpoints | undefined;
  readonly figures: FleetFigures;
  /** The random name of the ledger's folder; `undefined` without one, or where it can't be written. */
  readonly ledgerId: string | undefined;
  readonly restored: Restored;
  /** Writes a line of the ledger, and counts what it charges. */
  readonly append: (line: LedgerLine) => void;
  /** Uses the limits of another blueprint. */
  readonly adopt: (blueprint: Blueprint) => void;
  /** An endpoint has failed, which is a bug of ours. */
  readonly onBug: (err: unknown) => void;
  /** Writes the ledger out. Never throws. */
  readonly close: () => Promise<void>;
}

const NOT_FOUND = replyFor("route_not_found", { message: "The gateway has no such path." });
const FAILED = replyFor("internal_error");

/** Workers are named by numbers. The number of a process is never given to another one. */
export class PrimaryBooks {
  readonly #parts: PrimaryBooksParts;
  readonly #tallies = new Map<number, WorkerTally>();
  readonly #gone = new Set<number>();
  readonly #charges = new ChargesByWorker();

  constructor(parts: PrimaryBooksParts) {
    this.#parts = parts;
  }

  /** What the ledger knew when the primary started. Each worker is given it. */
  get restored(): Restored {
    return this.#parts.restored;
  }

  /** The random name of the ledger's folder, 32 hex digits; `undefined` without a ledger, or where the name can't be written. */
  get ledgerId(): string | undefined {
    return this.#parts.ledgerId;
  }

  /** Takes a report of a worker, in the order in which it sent them. Never throws. */
  apply(worker: number, report: Report): void {
    const { append } = this.#parts;
    for (const line of report.lines) append(line);
    this.#charges.add(worker, report.lines);
    this.#tallyOf(worker)?.apply(report);
  }

  /**
   * A worker has ended, and no report of it can come any more: its channel is closed. What it had in progress is taken off the figures. What
   * it has counted stays.
   */
  gone(worker: number): void {
    this.#gone.add(worker);
    this.#tallies.get(worker)?.gone();
    this.#tallies.delete(worker);
    this.#charges.gone(worker);
    this.#parts.figures.gone(worker);
  }

  /** What a worker has charged since its start, by the `client` of the lines, also when it has ended. */
  chargedBy(worker: number): ReadonlyMap<string, ClientSums> {
    return this.#charges.of(worker);
  }

  /** Shows the routes, clients and limits of another blueprint from now on. */
  adopt(blueprint: Blueprint): void {
    this.#parts.meters?.adopt(blueprint);
    this.#parts.adopt(blueprint);
  }

  /** Counts how a reload ended: once, however many workers there are. */
  reloaded(result: ReloadResult): void {
    this.#parts.meters?.reloaded(result);
  }

  /** Answers a request for a metrics endpoint that a worker has passed on. Never rejects. */
  async answer(request: BuiltInRequest): Promise<Reply> {
    try {
      return (await this.#parts.endpoints?.get(request.path)?.(request)) ?? NOT_FOUND;
    } catch (err) {
      this.#parts.onBug(err);
      return FAILED;
    }
  }

  /** Writes the ledger out, when all workers have ended. Never throws. */
  close(): Promise<void> {
    return this.#parts.close();
  }

  /** A report that comes late, in spite of all, must not bring a dead worker's figures back. */
  #tallyOf(worker: number): WorkerTally | undefined {
    const { meters } = this.#parts;
    if (meters === undefined || this.#gone.has(worker)) return undefined;
    let tally = this.#tallies.get(worker);
    if (tally === undefined) {
      tally = new WorkerTally(meters);
      this.#tallies.set(worker, tally);
    }
    return tally;
  }
}
