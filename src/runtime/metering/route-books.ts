// Keeps the books of one route: finds out what an exchange cost, settles its reservation, and has it written down.

import type { ForwardSpec } from "../../plan/forward.ts";
import type { ChargingSpec, RouteUsageSpec, UsageForm } from "../../plan/usage.ts";
import type { PriceList } from "../../prices/price-list.ts";
import type { Clock } from "../clock.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { ExchangeRecord } from "../exchange/record.ts";
import type { Budgets } from "../limits/budgets.ts";
import type { ExchangeUsage } from "../usage/exchange-usage.ts";
import type { Ledger } from "../usage/ledger/ledger.ts";
import { isNeverMetered } from "../usage/never-metered.ts";
import type { ResponseForm } from "../usage/read/body-reader.ts";
import { chargeOf } from "./charge.ts";
import type { Charging } from "./charging.ts";
import { ExchangeMeter } from "./exchange-meter.ts";
import type { LateLines } from "./late-lines.ts";
import { ledgerLine } from "./ledger-line.ts";
import type { Metered, MeterOwner } from "./metered.ts";
import { responseForm } from "./response-form.ts";

/** What all routes of a gateway share. */
export interface Books {
  /** Those of this process. */
  readonly budgets: Budgets;
  /** Counts what was used without a reservation. */
  readonly charge: Budgets["charge"];
  /** `undefined`: nothing is written to files. */
  readonly ledger: Pick<Ledger, "append"> | undefined;
  readonly clock: Clock;
  readonly late: LateLines;
  /** Called for each exchange that was metered, after its end. */
  readonly metered: (record: ExchangeRecord, usage: ExchangeUsage) => void;
}

/** A route that is metered. */
export type MeteredForward = Pick<ForwardSpec, "modelScanBytes" | "upstreams"> & { readonly usage: RouteUsageSpec };

export class RouteBooks implements MeterOwner {
  readonly form: UsageForm;
  readonly responseForm: ResponseForm;
  /** How much of a request's body is searched for its model, bytes. */
  readonly scanBytes: number;
  readonly #books: Books;
  readonly #charging: ChargingSpec;
  readonly #prices: PriceList;
  /** The host of each upstream, by its id. */
  readonly #hosts: ReadonlyMap<string, string>;

  constructor(forward: MeteredForward, books: Books, { charging, prices }: Charging) {
    this.form = forward.usage.form;
    this.responseForm = responseForm(this.form);
    this.scanBytes = forward.modelScanBytes;
    this.#books = books;
    this.#charging = charging;
    this.#prices = prices;
    this.#hosts = new Map(forward.upstreams.map(({ id, target }) => [id, target.hostname]));
  }

  get late(): LateLines {
    return this.#books.late;
  }

  now(): number {
    return this.#books.clock.now();
  }

  /** Begins to meter an exchange that goes upstream; `undefined` for a request that is never metered. */
  begin(x: LiveExchange): ExchangeMeter | undefined {
    return !x.asksWebSocket && isNeverMetered(x.method, x.path) ? undefined : new ExchangeMeter(x, this);
  }

  write(metered: Metered): void {
    const { record, report, at, requestedModel, streams, firstByteAt } = metered;
    const { charge, ledger } = this.#books;
    const model = report.model ?? requestedModel;
    const host = record.upstream && this.#hosts.get(record.upstream.id);
    const { ticks, price } = this.#prices.cost({ model: report.model, requestedModel, host, at }, report);
    const charged = chargeOf(metered, ticks, this.#charging.unknownCharge);
    if (metered.reservation !== undefined) metered.reservation.settle(charged);
    else if (record.client?.access !== undefined) charge(record.client.label, record.client.access, charged, at);
    const ttftMs = streams && firstByteAt !== undefined ? firstByteAt - record.startedAt : null;
    const modelLabel = this.#prices.label(model);
    const usage = { report, requestedModel, model, modelLabel, costTicks: ticks, price, charged, ttftMs };
    ledger?.append(ledgerLine(record, usage, { at, streams }));
    this.#books.metered(record, usage);
  }
}
