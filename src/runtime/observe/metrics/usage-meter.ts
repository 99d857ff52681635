// Counts tokens and costs: since the start, for Prometheus, and of the last hour and day, for the summary.

import type { UsageKnown } from "../../usage/usage-report.ts";
import type { CountedUsage } from "./counted-exchange.ts";
import { Histogram } from "./histogram.ts";
import { type Amounts, type UsageFields, UsageWindows } from "./usage-windows.ts";

/** The kinds of tokens, as the label `kind` names them (contract, section 13), and what is counted for each. */
const KINDS = [
  ["input", "input"],
  ["cache_read", "cacheRead"],
  ["cache_write", "cacheWrite"],
  ["output", "output"],
  ["reasoning", "reasoning"],
] as const satisfies readonly (readonly [string, keyof CountedUsage["report"]["counts"]])[];

/** The label of models that have none of their own. */
export const OTHER_MODEL = "other";
/** The label of clients that have none of their own. */
export const OTHER_CLIENT = "__other__";

/** So many combinations of route, client and model have counters of their own, each of up to six lines. */
export const MAX_COMBINATIONS = 4000;
/** After that, so many combinations of route and client have counters without their models. */
export const MAX_ROUTE_CLIENTS = 4000;
/** So many models have a row in the summary. */
export const MAX_MODELS = 500;

/** Where usage belongs, as labels. */
export interface UsageLabels {
  readonly routeId: string;
  readonly client: string;
  readonly model: string;
}

/** What was used with one combination of labels since the start. */
export interface UsageCounter extends UsageLabels {
  /** Only the kinds that were reported at least once. */
  readonly tokens: ReadonlyMap<string, number>;
  /** Ticks of `TICKS_PER_USD`; `undefined` until a cost was known. */
  readonly ticks: number | undefined;
}

interface Counter extends UsageLabels {
  readonly tokens: Map<string, number>;
  ticks: number | undefined;
}

/** All counters by route, client and model. They are never removed: a counter may not vanish or go back. */
export class UsageMeter {
  readonly records: Record<UsageKnown, number> = { reported: 0, partial: 0, unknown: 0 };
  /** How many records have tokens and no price. */
  unpriced = 0;
  /** The time to the first byte of streams' bodies, by route. */
  readonly firstTokens = new Map<string, Histogram>();
  readonly windows = new UsageWindows();
  readonly #byRoute = new Map<string, Map<string, Map<string, Counter>>>();
  #combinations = 0;
  #routeClients = 0;
  readonly #models = new Map<string, UsageWindows>();

  /** @param amounts what `amountsOf` makes of the usage */
  count(labels: UsageLabels, usage: CountedUsage, amounts: Amounts, minute: number): void {
    const { report, costTicks, ttftMs } = usage;
    const { known, counts } = report;
    this.records[known]++;
    if (known !== "unknown" && costTicks === null) this.unpriced++;
    if (ttftMs !== null) this.#firstTokensOf(labels.routeId).observe(ttftMs);
    const counter = this.#counterOf(labels);
    for (const [kind, name] of KINDS) {
      const count = counts[name];
      if (count !== null) counter.tokens.set(kind, (counter.tokens.get(kind) ?? 0) + count);
    }
    if (costTicks !== null) counter.ticks = (counter.ticks ?? 0) + costTicks;
    this.windows.add(minute, amounts);
    this.#windowsOf(labels.model).add(minute, amounts);
  }

  *counters(): Generator<UsageCounter> {
    for (const byClient of this.#byRoute.values()) for (const byModel of byClient.values()) yield* byModel.values();
  }

  /** Removes the models without a record in the last day from the summary. */
  forgetUnused(minute: number): void {
    for (const [model, windows] of this.#models) if (windows.isEmpty(minute)) this.#models.delete(model);
  }

  /** The rows of the summary: the models with a record in the last day. */
  models(minute: number): ({ readonly model: string } & UsageFields)[] {
    return [...this.#models]
      .filter(([, windows]) => !windows.isEmpty(minute))
      .map(([model, windows]) => ({ model, ...windows.fields(minute) }));
  }

  #firstTokensOf(routeId: string): Histogram {
    let histogram = this.firstTokens.get(routeId);
    if (histogram === undefined) {
      histogram = new Histogram();
      this.firstTokens.set(routeId, histogram);
    }
    return histogram;
  }

  #windowsOf(model: string): UsageWindows {
    let windows = this.#models.get(model);
    if (windows === undefined) {
      if (this.#models.size >= MAX_MODELS && model !== OTHER_MODEL) return this.#windowsOf(OTHER_MODEL);
      windows = new UsageWindows();
      this.#models.set(model, windows);
    }
    return windows;
  }

  /** The bounds hold back new combinations only: one that has a counter keeps it. */
  #counterOf(labels: UsageLabels): Counter {
    const { routeId, client, model } = labels;
    const known = this.#byRoute.get(routeId)?.get(client)?.get(model);
    if (known !== undefined) return known;
    if (this.#combinations < MAX_COMBINATIONS) {
      this.#combinations++;
      return this.#add(labels);
    }
    if (model !== OTHER_MODEL) return this.#counterOf({ routeId, client, model: OTHER_MODEL });
    if (this.#routeClients < MAX_ROUTE_CLIENTS) {
      this.#routeClients++;
      return this.#add(labels);
    }
    const rest = { routeId, client: OTHER_CLIENT, model: OTHER_MODEL };
    return this.#byRoute.get(routeId)?.get(OTHER_CLIENT)?.get(OTHER_MODEL) ?? this.#add(rest);
  }

  #add(labels: UsageLabels): Counter {
    const { routeId, client, model } = labels;
    const byClient = this.#byRoute.get(routeId) ?? new Map<string, Map<string, Counter>>();
    const byModel = byClient.get(client) ?? new Map<string, Counter>();
    const counter: Counter = { routeId, client, model, tokens: new Map(), ticks: undefined };
    this.#byRoute.set(routeId, byClient.set(client, byModel.set(model, counter)));
    return counter;
  }
}
