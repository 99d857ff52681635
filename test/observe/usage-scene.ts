// Makes usage records, and meters that count them, so that tests can look at metrics, summary and spans.

import type { Blueprint } from "../../src/plan/blueprint.ts";
import type { TokenCounts } from "../../src/plan/usage.ts";
import { RecordInProgress } from "../../src/runtime/exchange/record.ts";
import type { ShownBudget } from "../../src/runtime/limits/budgets.ts";
import { Meters } from "../../src/runtime/observe/metrics/meters.ts";
import { prometheusText } from "../../src/runtime/observe/metrics/prometheus.ts";
import { summarise } from "../../src/runtime/observe/metrics/summary.ts";
import type { ExchangeUsage } from "../../src/runtime/usage/exchange-usage.ts";
import { NO_COUNTS, type UsageReport } from "../../src/runtime/usage/usage-report.ts";

export const MINUTE = 60_000;
export const START = Date.parse("2026-11-23T10:00:05.000Z");

export interface Used extends Partial<Omit<ExchangeUsage, "report">> {
  readonly counts?: Partial<TokenCounts>;
  readonly known?: UsageReport["known"];
  /** The model that the response names. */
  readonly served?: string | undefined;
}

/** A usage record; without facts, one that tells nothing. */
export function usageOf({ counts, known, served, ...facts }: Used = {}): ExchangeUsage {
  return {
    report: {
      known: known ?? (counts === undefined ? "unknown" : "reported"),
      counts: { ...NO_COUNTS, ...counts },
      model: served,
      serviceTier: undefined,
      ownCostTicks: undefined,
    },
    requestedModel: "gpt-5",
    model: served ?? "gpt-5",
    modelLabel: "gpt-5",
    costTicks: null,
    price: null,
    charged: { tokens: 0, ticks: 0 },
    ttftMs: null,
    ...facts,
  };
}

/** The record of a metered exchange that ended well. */
export function meteredRecord({
  route = "chat",
  client = "intern",
  path = "/chat/v1/chat/completions",
  facts = {},
} = {}): RecordInProgress {
  const record = new RecordInProgress("id-1", { method: "POST", httpVersion: "1.1", scheme: "http", rawHeaders: [] });
  const sentAt = record.startedAt + 1;
  return Object.assign(record, {
    path,
    route: { id: route, prefix: `/${route}` },
    client: { id: `client ${client}`, label: client, access: undefined },
    upstream: { id: "a", host: "api.openai.com", gateKey: "a" },
    admitted: true,
    metered: true,
    attempts: 1,
    sentAt,
    headAt: sentAt + 30,
    upstreamAnswered: true,
    endedAt: sentAt + 60,
    outcome: "success",
    status: 200,
    ...facts,
  } as const);
}

function blueprint(routes: readonly string[]): Blueprint {
  const list = routes.map((id) => ({ id, steps: [], forward: { pool: undefined, upstreams: [{ id }] } }));
  return { routes: list } as unknown as Blueprint;
}

/** Meters of a gateway that writes usage down; with `off`, of one that does not. */
export function usageScene({ off = false, routes = ["chat", "plain"] } = {}) {
  const clock = { at: START, now: () => clock.at };
  const meters = new Meters(blueprint(routes), clock);
  const budgets: ShownBudget[] = [];
  const shown = off ? {} : { budgets: () => budgets };
  const pass = (used?: Used, where?: Parameters<typeof meteredRecord>[0]) => {
    const record = meteredRecord(where);
    meters.admitted(record);
    meters.ended(record);
    meters.metered(record, usageOf(used));
  };
  const summary = () =>
    summarise(meters, { version: "1", now: clock.at, waiting: new Map(), clients: new Map(), health: [], ...shown });
  const text = prometheusText(meters, { version: "1", waiting: () => new Map(), health: () => [], ...shown });
  const scrape = async () => (await text()).text;
  const adopt = (next: readonly string[]) => meters.adopt(blueprint(next));
  return { clock, meters, budgets, pass, summary, scrape, adopt };
}
