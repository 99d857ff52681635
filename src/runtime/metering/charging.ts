// Says how the usage of a plan becomes costs, and gives the guard of budgets what it needs for estimates.

import type { ChargingSpec } from "../../plan/usage.ts";
import { createPriceList, type PriceList } from "../../prices/price-list.ts";
import type { Clock } from "../clock.ts";
import type { Budgets } from "../limits/budgets.ts";
import { isNeverMetered } from "../usage/never-metered.ts";

export interface Charging {
  readonly charging: ChargingSpec;
  readonly prices: PriceList;
}

/** `undefined` without `usage.enabled`. Only with it, the price table is read. */
export function chargingOf(charging: ChargingSpec | undefined): Charging | undefined {
  return charging && { charging, prices: createPriceList(charging.prices) };
}

/** A request whose cost is estimated. */
export interface EstimateQuery {
  readonly model: string;
  /** The upstream's host name. */
  readonly host: string;
  /** Tokens. */
  readonly input: number;
  readonly output: number;
}

/** What the guard of budgets needs. */
export interface GuardMetering {
  readonly budgets: Budgets;
  /** Whether requests to a path use no tokens, or repeat what was billed before. */
  readonly isNeverMetered: (method: string, path: string) => boolean;
  /** What the tokens of a request cost with a model at an upstream, ticks; `undefined` when its price is not known. */
  readonly estimate: (query: EstimateQuery) => number | undefined;
}

export function guardMetering({ prices }: Charging, budgets: Budgets, clock: Clock): GuardMetering {
  return {
    budgets,
    isNeverMetered,
    estimate: ({ model, host, input, output }) =>
      prices.estimate({ model: undefined, requestedModel: model, host, at: clock.now() }, input, output),
  };
}
