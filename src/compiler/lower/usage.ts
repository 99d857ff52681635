// Converts the settings of usage, prices and budgets to those of the blueprint.

import type { BudgetStepSpec } from "../../plan/steps.ts";
import {
  type BudgetSpec,
  type ChargingSpec,
  type ConfiguredPrice,
  type DrainSpec,
  type LedgerSpec,
  type RouteUsageSpec,
  TICKS_PER_USD,
} from "../../plan/usage.ts";
import type { Budget, Price } from "../schema/config.generated.ts";
import type {
  CompleteClient,
  CompleteConfig,
  CompleteRoute,
  CompleteUpstream,
  CompleteUsage,
} from "../schema/defaults.ts";
import { readBaseUrl } from "./base-url.ts";

/** `undefined` without `usage.enabled`. */
export function lowerLedger({ enabled, ledger }: CompleteUsage): LedgerSpec | undefined {
  return enabled ? { dir: ledger.dir, keepDays: ledger.keep_days } : undefined;
}

/** `undefined` without `usage.enabled`. */
export function lowerCharging({ enabled, prices, unknown_charge, unpriced }: CompleteUsage): ChargingSpec | undefined {
  return enabled ? { prices: prices.map(lowerPrice), unknownCharge: unknown_charge, unpriced } : undefined;
}

/** `undefined` where the requests of the route are not metered. */
export function lowerRouteUsage(
  { usage: { enabled } }: CompleteConfig,
  { usage: { form, ask } }: CompleteUpstream,
): RouteUsageSpec | undefined {
  return enabled && form !== "none" ? { form, ask } : undefined;
}

/** `undefined` where the requests of clients that leave are cancelled. */
export function lowerDrain({ on_client_abort, drain_limit }: CompleteUpstream): DrainSpec | undefined {
  return on_client_abort === "drain"
    ? { timeoutMs: drain_limit.timeout_ms, maxBytes: drain_limit.max_bytes }
    : undefined;
}

/** Whether a client has a limit in tokens or USD. */
export function hasBudgets({ budgets = [], rate_limit }: CompleteClient): boolean {
  return budgets.length > 0 || rate_limit?.tokens_per_minute !== undefined;
}

/** `undefined` on a route that is not metered: its requests cost no budget anything. */
export function lowerBudgetStep(config: CompleteConfig, { members }: CompleteRoute): BudgetStepSpec | undefined {
  const [first] = members;
  if (first === undefined || lowerRouteUsage(config, first.upstream) === undefined) return undefined;
  return {
    scanBytes: config.models.scan_bytes,
    idleMs: first.upstream.stream_idle_timeout_ms,
    unpriced: config.usage.unpriced,
    hosts: [...new Set(members.map(({ upstream }) => hostOf(upstream.base_url)))],
  };
}

export function lowerBudget({ per, usd, tokens }: Budget): BudgetSpec {
  return { per, maxTicks: usd === undefined ? undefined : Math.round(usd * TICKS_PER_USD), maxTokens: tokens };
}

/** What a price leaves out costs what its input costs (contract, section 13, "Cost"). */
function lowerPrice(price: Price): ConfiguredPrice {
  const input = price.input_usd_per_mtok;
  const cacheWrite = price.cache_write_usd_per_mtok ?? input;
  return {
    pattern: price.model,
    prices: {
      input,
      output: price.output_usd_per_mtok,
      cachedInput: price.cached_input_usd_per_mtok ?? input,
      cacheWrite,
      cacheWrite1h: price.cache_write_1h_usd_per_mtok ?? cacheWrite,
    },
  };
}

function hostOf(baseUrl = ""): string {
  const read = readBaseUrl(baseUrl);
  if (!read.ok) throw new Error("a rule refuses a wrong base_url before this");
  return read.target.hostname;
}
