// Builds the JSON of `{path}/summary`: the numbers of the last 15 minutes, hour and day (contract, section 11). Its field names
// never change.

import type { ShownBudget } from "../../limits/budgets.ts";
import type { ShownHealth } from "../../limits/shown-health.ts";
import type { ResultGroup } from "../result.ts";
import { NO_ATTEMPTS } from "./attempt-meter.ts";
import { budgetRows } from "./budget-rows.ts";
import { type Meters, minuteOf, type ResultCounter, shortStepOf, UNMATCHED } from "./meters.ts";
import { healthLookup } from "./pool-health.ts";
import type { RouteMeter } from "./route-meter.ts";
import type { SharedState } from "./state-families.ts";
import { NO_USAGE, type UsageFields, type UsageWindows, type UsedInTime } from "./usage-windows.ts";

export interface SummaryContext {
  readonly version: string;
  /** ms since the epoch. */
  readonly now: number;
  /** The number of exchanges that wait for their upstream, by route id. */
  readonly waiting: ReadonlyMap<string, number>;
  /** How many requests the clients with `max_inflight` have in flight, by the id of the client. */
  readonly clients: ReadonlyMap<string, number>;
  /** The health of the upstreams of pools. */
  readonly health: readonly ShownHealth[];
  /** The budgets of clients; without it, nothing is metered, and the summary has no fields for usage. */
  readonly budgets?: (() => readonly ShownBudget[]) | undefined;
  /** `undefined` in a gateway of one process. */
  readonly workers?: WorkerCounts | undefined;
  /** `undefined` without a state that several processes share. */
  readonly state?: SharedState | undefined;
}

/** How many workers should run, how many do, and of how many the figures are here. */
export interface WorkerCounts {
  readonly configured: number;
  readonly alive: number;
  readonly answered: number;
}

export function summarise(meters: Meters, context: SummaryContext) {
  const { version, now, workers, state } = context;
  const minute = minuteOf(now);
  const { startedAt, reloads, lastReload, ceilings } = meters;
  const step = shortStepOf(now);
  const lastQuarter = ({ quarter }: ResultCounter) => quarter.total(step);
  const lastHour = ({ minutes }: ResultCounter) => minutes.lastHour(minute);
  const lastDay = ({ minutes }: ResultCounter) => minutes.lastDay(minute);
  return {
    generated_at_unix_ms: now,
    total_requests_1h: totalOf(meters, lastHour),
    total_requests_24h: totalOf(meters, lastDay),
    routes: routeRows(meters, minute, context),
    tokens: tokenRows(meters, minute, context),
    version,
    started_at_unix_ms: startedAt,
    uptime_seconds: Math.max(0, Math.floor((now - startedAt) / 1000)),
    limits: {
      rate_per_minute: ceilings.ratePerMinute,
      downstream_max_inflight: ceilings.downstreamMax,
      downstream_inflight_current: meters.inflight,
      downstream_inflight_peak_24h: meters.inflightPeak(minute),
    },
    reload: {
      last_result: lastReload?.result ?? null,
      last_at_unix_ms: lastReload?.at ?? null,
      success_total: reloads.success,
      failure_total: reloads.failure,
    },
    outcomes_1h: outcomeCounts(meters, lastHour),
    outcomes_24h: outcomeCounts(meters, lastDay),
    results_15m: resultRows(meters, lastQuarter),
    results_1h: resultRows(meters, lastHour),
    results_24h: resultRows(meters, lastDay),
    ...usageParts(meters, minute, context),
    ...(workers && { workers }),
    ...(state && { state: { up: state.up, fallback_total: state.decidedAlone } }),
    series: { quarter: meters.quarter.data(now), hour: meters.hour.data(now), day: meters.day.data(now) },
  };
}

export type Summary = ReturnType<typeof summarise>;

/** One row for each route. Unmatched requests have a row only if there were any in the last day. */
function routeRows(meters: Meters, minute: number, { waiting, health, budgets }: SummaryContext) {
  const healthOf = healthLookup(health);
  const usageOf = usageReader(minute, budgets);
  return [...meters.routes.values()]
    .map((meter) => ({
      ...meter.row(minute),
      queue_waiting: waiting.get(meter.id) ?? 0,
      upstreams: upstreamRows(meter, minute, healthOf),
      ...usageOf(meter.usage),
    }))
    .filter((row) => row.route_id !== UNMATCHED || row.requests_24h > 0)
    .sort((a, b) => b.requests_24h - a.requests_24h || compare(a.route_id, b.route_id));
}

/** One row for each upstream of the route's pool, in the config's order. */
function upstreamRows({ id, pool, attempts }: RouteMeter, minute: number, healthOf: ReturnType<typeof healthLookup>) {
  return pool.map((upstream) => {
    const { state, reason, untilMs } = healthOf(id, upstream);
    const counts = attempts?.lastHour(upstream, minute) ?? NO_ATTEMPTS;
    return { id: upstream, state, reason: reason ?? null, until_unix_ms: untilMs ?? null, ...counts };
  });
}

/** One row for each client, and each token without a client, that was used in the last day. */
function tokenRows(meters: Meters, minute: number, { clients, budgets }: SummaryContext) {
  return meters.clients
    .rows(minute, clients, usageReader(minute, budgets))
    .sort((a, b) => b.requests_24h - a.requests_24h || compare(a.token, b.token));
}

interface UsageParts extends UsageFields {
  readonly models: readonly ({ readonly model: string } & UsageFields)[];
  readonly budgets: ReturnType<typeof budgetRows>;
}

/** What was used in all and by each model, and the clients' budgets. */
function usageParts({ usage }: Meters, minute: number, { budgets }: SummaryContext): Partial<UsageParts> {
  if (budgets === undefined) return {};
  return {
    ...usage.windows.fields(minute),
    models: usage.models(minute).sort((a, b) => byUsage(a.usage_24h, b.usage_24h) || compare(a.model, b.model)),
    budgets: budgetRows(budgets()),
  };
}

/** The function that makes the fields of a row's usage; none on a gateway that meters nothing. */
function usageReader(minute: number, budgets: SummaryContext["budgets"]) {
  return (usage: UsageWindows | undefined): Partial<UsageFields> =>
    budgets === undefined ? {} : (usage?.fields(minute) ?? NO_USAGE);
}

/** The most expensive first, then those with the most tokens. */
function byUsage(a: UsedInTime, b: UsedInTime): number {
  const tokensOf = ({ input_tokens, output_tokens }: UsedInTime) => input_tokens + output_tokens;
  return (b.cost_usd ?? 0) - (a.cost_usd ?? 0) || tokensOf(b) - tokensOf(a);
}

function totalOf({ results }: Meters, read: (counter: ResultCounter) => number): number {
  return [...results.values()].reduce((sum, counter) => sum + read(counter), 0);
}

/** The outcomes that occurred, with their counts. */
function outcomeCounts({ results }: Meters, read: (counter: ResultCounter) => number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const counter of results.values()) {
    const { outcome } = counter.result;
    const count = read(counter);
    if (count > 0) counts[outcome] = (counts[outcome] ?? 0) + count;
  }
  return counts;
}

const GROUPS: readonly ResultGroup[] = ["upstream", "gateway", "incomplete"];

/** The results that occurred: by group, then the most frequent first. The sum of all counts is the number of requests. */
function resultRows({ results }: Meters, read: (counter: ResultCounter) => number) {
  return [...results.values()]
    .map((counter) => ({ counter, count: read(counter) }))
    .filter(({ count }) => count > 0)
    .map(({ counter: { result }, count }) => ({ group: result.group, result: result.name, class: result.class, count }))
    .sort(
      (a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || b.count - a.count || compare(a.result, b.result),
    );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
