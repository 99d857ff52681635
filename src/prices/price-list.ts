// Says what tokens cost: by the prices of the config, else by the cost that the upstream reports, else by the price table (contract,
// section 13).

import { modelMatcher } from "../plan/model-patterns.ts";
import type { ConfiguredPrice, TokenCounts } from "../plan/usage.ts";
import { findPrice, nameInTable } from "./find-price.ts";
import type { ModelPrice } from "./model-price.ts";
import { priceTable } from "./price-table.ts";
import { ratesOf } from "./rates.ts";
import { remember } from "./remember.ts";
import { tokenCost, totalInput } from "./token-cost.ts";

/** Whose price is asked for. */
export interface PriceQuery {
  /** The model that served the request, as far as the response named it. It counts first. */
  readonly model: string | undefined;
  /** The model that the request names. */
  readonly requestedModel: string | undefined;
  /** The upstream's host name. */
  readonly host: string | undefined;
  /** When the request was made, ms since 1970: some providers are cheaper at night. Without it the dearer price counts. */
  readonly at?: number | undefined;
}

/** The part of a usage report that a cost depends on. */
export interface PricedUsage {
  readonly counts: TokenCounts;
  readonly serviceTier: string | undefined;
  /** The upstream's own figure, ticks. */
  readonly ownCostTicks: number | undefined;
}

export interface Cost {
  /** Whole ticks of `TICKS_PER_USD`, at most 2^53 - 1; `null`: no price is known, or no count. */
  readonly ticks: number | null;
  /** `config`, `upstream` or `table:DATE`; `null` where `ticks` is. */
  readonly price: string | null;
}

export interface PriceList {
  /** What was used costs so much. */
  cost(query: PriceQuery, usage: PricedUsage): Cost;
  /**
   * What a request costs that has not been sent yet, in ticks. All input is taken for fresh, and for the usual service tier.
   * @returns `undefined` when no price is known
   */
  estimate(query: PriceQuery, inputTokens: number, outputTokens: number): number | undefined;
  /**
   * A label for metrics: the model's name in the table or in the config's prices, as far as it has no `*` there; else `other`. So
   * there are no more labels than these names, whatever clients send.
   */
  label(model: string | undefined): string;
}

const UNKNOWN: Cost = Object.freeze({ ticks: null, price: null });
const OTHER = "other";

/**
 * Makes the list. It reads the table, once in the life of the process.
 * @param configured in the order of the config: the first match counts
 * @throws when the table that ships can't be read
 */
export function createPriceList(configured: readonly ConfiguredPrice[]): PriceList {
  const fromTable = `table:${priceTable().date}`;
  const named = new Set(configured.map(({ pattern }) => pattern).filter((pattern) => !pattern.includes("*")));
  const inConfig = configuredPrices(configured);
  const atHost = remember((host) => remember((model) => findPrice(model, host)));
  const anywhere = remember((model) => findPrice(model, undefined));
  const inTable = (model: string, host: string | undefined): ModelPrice | undefined =>
    host === undefined ? anywhere(model) : atHost(host)(model);

  function priceOf(query: PriceQuery, find: (model: string) => ModelPrice | undefined): ModelPrice | undefined {
    const { model, requestedModel } = query;
    const found = model === undefined ? undefined : find(model);
    return found ?? (requestedModel === undefined || requestedModel === model ? undefined : find(requestedModel));
  }
  const tablePrice = (query: PriceQuery): ModelPrice | undefined =>
    priceOf(query, (model) => inTable(model, query.host));

  return {
    cost(query, usage) {
      const configuredCost = costAt(priceOf(query, inConfig), usage, undefined);
      if (configuredCost !== null) return { ticks: configuredCost, price: "config" };
      const own = usage.ownCostTicks;
      if (own !== undefined && Number.isSafeInteger(own) && own >= 0) return { ticks: own, price: "upstream" };
      const ticks = costAt(tablePrice(query), usage, query.at);
      return ticks === null ? UNKNOWN : { ticks, price: fromTable };
    },
    estimate(query, inputTokens, outputTokens) {
      const price = priceOf(query, inConfig) ?? tablePrice(query);
      const counts: TokenCounts = { ...NOTHING, input: inputTokens, output: outputTokens };
      return costAt(price, { counts, serviceTier: undefined }, query.at) ?? undefined;
    },
    label: boundedLabel(named),
  };
}

/** Whether the table that ships knows a price: for the compiler, which has the config's prices at hand. */
export function isPriced(model: string, host: string | undefined): boolean {
  return findPrice(model, host) !== undefined;
}

const NOTHING: TokenCounts = {
  input: 0,
  cacheRead: null,
  cacheWrite: null,
  cacheWrite1h: null,
  output: 0,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
};

function configuredPrices(configured: readonly ConfiguredPrice[]): (model: string) => ModelPrice | undefined {
  const prices = configured.map(({ pattern, prices }) => {
    const rates = ratesOf(prices);
    return { matches: modelMatcher([pattern]), price: () => rates };
  });
  return remember((model) => prices.find(({ matches }) => matches(model))?.price);
}

function costAt(
  price: ModelPrice | undefined,
  { counts, serviceTier }: Pick<PricedUsage, "counts" | "serviceTier">,
  at: number | undefined,
): number | null {
  if (price === undefined) return null;
  return tokenCost(price(totalInput(counts), serviceTier, at), counts);
}

function boundedLabel(named: ReadonlySet<string>): PriceList["label"] {
  const labelOf = remember((model) => (named.has(model) ? model : (nameInTable(model) ?? OTHER)));
  return (model) => (model === undefined ? OTHER : labelOf(model));
}
