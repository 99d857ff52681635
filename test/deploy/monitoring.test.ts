// Checks the Grafana dashboard and the alert rules: each metric, label and label value that they use exists in what the gateway
// shows, and promtool accepts the rules and runs their tests.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import { RETRY_WORDS } from "../../src/plan/forward.ts";
import { ERROR_REPLIES } from "../../src/plan/replies.ts";
import type { ExchangeRecord } from "../../src/runtime/exchange/record.ts";
import { Meters } from "../../src/runtime/observe/metrics/meters.ts";
import { prometheusText } from "../../src/runtime/observe/metrics/prometheus.ts";
import type { ExchangeUsage } from "../../src/runtime/usage/exchange-usage.ts";
import { findProgram } from "../support/program.ts";
import { samplesOf } from "../support/prometheus.ts";

const ROOT = join(import.meta.dirname, "../..");
const PROMTOOL = findProgram("promtool");
const RULES = join(ROOT, "deploy/prometheus/alerts.yaml");
const RULES_TEST = join(ROOT, "test/deploy/alerts.unit.yaml");

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const dashboard = JSON.parse(readFileSync(join(ROOT, "deploy/grafana/dashboard.json"), "utf8")) as Dashboard;
const rules = (parse(readFileSync(RULES, "utf8")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
/** The PromQL samples of the docs. */
const documented = [
  ...readFileSync(join(ROOT, "docs/observability.md"), "utf8").matchAll(/^```promql\n(.*?)^```/gms),
].map((match) => match[1] ?? "");

const variables = dashboard.templating.list.flatMap(({ definition }) => (definition === undefined ? [] : [definition]));
const panels = dashboard.panels.flatMap(({ targets = [] }) => targets);
const expressions = [...panels.map(({ expr }) => expr), ...variables, ...rules.map(({ expr }) => expr), ...documented];

/** Prometheus sets these itself, from its scrape config. */
const OF_PROMETHEUS = ["job", "instance"];
/** Words of PromQL that look like names. */
const WORDS = new Set(
  "sum by rate increase histogram_quantile max min_over_time or and unless offset vector label_values".split(" "),
);

/** All label names of each metric, as a scrape shows them. `_bucket` and the like are names of their own here. */
const shown = new Map<string, Set<string>>();
beforeAll(async () => {
  const upstreams = [{ id: "up", target: { host: "up" } }];
  const blueprint = { routes: [{ id: "up", steps: [], forward: { pool: {}, upstreams } }] };
  const meters = new Meters(blueprint as unknown as Blueprint, { now: () => 1_800_000_000_000 });
  const times = { startedAt: 0, sentAt: 1, headAt: 5, endedAt: 9 };
  const where = { route: { id: "up", prefix: "/up" }, upstream: { id: "up", host: "up" }, method: "POST" };
  const record = { ...times, ...where, attempts: 1, failedAttempts: [], builtIn: false };
  const end = (facts: Partial<ExchangeRecord>) => meters.ended({ ...record, ...facts } as ExchangeRecord);
  meters.attempted(record as unknown as ExchangeRecord, { upstream: "up", result: "429", status: 429, ms: 4 }, true);
  end({ outcome: "success", status: 200, upstreamAnswered: true });
  end({ outcome: "rate_limited", status: 429 });
  end({ outcome: "client_closed", status: 499 });
  const counts = { input: 9, cacheRead: 1, cacheWrite: 1, output: 5, reasoning: 1 };
  const usage = { report: { known: "reported", counts }, modelLabel: "m", costTicks: 1, ttftMs: 5 };
  meters.metered({ ...record, status: 200 } as unknown as ExchangeRecord, usage as unknown as ExchangeUsage);
  const budget = { client: "c", per: "day", unit: "usd", used: 1, reserved: 0, max: 2, endsAtMs: undefined } as const;
  const parts = {
    waiting: () => new Map([["up", 1]]),
    health: () => [],
    budgets: () => [budget],
    state: () => ({ up: true, decidedAlone: 0 }),
  };
  const scrape = prometheusText(meters, { version: "1.0.0", ...parts });
  for (const { name, labels } of samplesOf((await scrape()).text)) {
    shown.set(name, new Set([...(shown.get(name) ?? []), ...Object.keys(labels)]));
  }
});

/** The metrics that an expression reads, each with the labels of its matchers. */
function selectorsOf(expression: string): { metric: string; labels: string[] }[] {
  const bare = expression.replaceAll(/\$__rate_interval|"[^"]*"/g, "");
  const inGroups = new Set([...bare.matchAll(/by \(([^)]*)\)/g)].flatMap((match) => (match[1] ?? "").split(/,\s*/)));
  return [...bare.matchAll(/([a-zA-Z_][\w]*)(?:\{([^}]*)\})?/g)]
    .filter(([, name = ""]) => !WORDS.has(name) && !inGroups.has(name) && /^(gateway|process|nodejs)_/.test(name))
    .map(([, metric = "", matchers = ""]) => ({
      metric,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map((match) => match[1] ?? ""),
    }));
}

/** The labels by which an expression groups. */
function groupsOf(expression: string): string[] {
  return [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap((match) => (match[1] ?? "").split(/,\s*/));
}

const labelsOf = (metric: string) => [...(shown.get(metric) ?? []), ...OF_PROMETHEUS];

describe("the dashboard, the alert rules and the documented queries", () => {
  it("are all found by this test", () => {
    expect(panels.length).toBeGreaterThan(20);
    expect([variables.length, documented.length > 3, rules.length]).toEqual([2, true, 17]);
  });

  it.each(expressions.map((expression) => [expression]))("use only metrics and labels that exist: %s", (expression) => {
    const selectors = selectorsOf(expression);
    if (!expression.startsWith("up{")) expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, labels } of selectors) {
      expect([...shown.keys()]).toContain(metric);
      expect(labels.filter((label) => !labelsOf(metric).includes(label))).toEqual([]);
    }
    const grouped = selectors.flatMap(({ metric }) => labelsOf(metric));
    if (selectors.length > 0) expect(groupsOf(expression).filter((label) => !grouped.includes(label))).toEqual([]);
  });

  it("name only outcomes and other values that exist", () => {
    const known: Readonly<Record<string, readonly string[]>> = {
      outcome: [...Object.keys(ERROR_REPLIES), "success", "preflight", "upstream_aborted", "client_closed"],
      status_class: ["2xx", "3xx", "4xx", "5xx"],
      result: ["success", "failure", "client_closed", ...RETRY_WORDS],
      kind: ["rate", "downstream", "upstream", "input", "cache_read", "cache_write", "output", "reasoning"],
      usage: ["reported", "partial", "unknown"],
      phase: ["queue", "head", "body"],
    };
    const used = expressions.flatMap((expression) =>
      [...expression.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].flatMap(([, label = "", values = ""]) =>
        values.split("|").map((value) => ({ label, value })),
      ),
    );
    const inKnown = used.filter(({ label }) => label in known);
    expect(inKnown.length).toBeGreaterThan(20);
    expect(inKnown.filter(({ label, value }) => !known[label]?.includes(value))).toEqual([]);
  });

  it("write into legends and texts only labels that their expressions keep", () => {
    const texts = [
      ...panels.map(({ expr, legendFormat }) => ({ expr, text: legendFormat, label: /\{\{(\w+)\}\}/g })),
      ...rules.map(({ expr, annotations }) => ({
        expr,
        text: Object.values(annotations).join(" "),
        label: /\$labels\.(\w+)/g,
      })),
    ];
    for (const { expr, text, label } of texts) {
      const kept = expr.includes("by (") ? groupsOf(expr) : selectorsOf(expr).flatMap(({ metric }) => labelsOf(metric));
      const written = [...text.matchAll(label)].map((match) => match[1] ?? "");
      expect(written.filter((name) => !kept.includes(name) && !OF_PROMETHEUS.includes(name))).toEqual([]);
    }
  });
});

describe("the dashboard", () => {
  it("has panels with ids of their own that do not overlap", () => {
    const { panels: all } = dashboard;
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const cells = all.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(all.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});

describe.skipIf(PROMTOOL === undefined)("promtool", () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(PROMTOOL ?? "", args, { encoding: "utf8" });
    return { status, output: stdout + stderr };
  };

  it("accepts the alert rules", () => {
    expect(run("check", "rules", RULES)).toMatchObject({
      status: 0,
      output: expect.stringContaining("17 rules found"),
    });
  });

  it("accepts each query of the dashboard and of the docs", () => {
    const queries = [...panels.map(({ expr }) => expr), ...documented];
    const asRules = queries.map((query, at) => ({
      record: `query_${at}`,
      expr: query.replaceAll("$__rate_interval", "5m"),
    }));
    const dir = mkdtempSync(join(tmpdir(), "gateway-queries-"));
    try {
      const file = join(dir, "rules.yaml");
      writeFileSync(file, stringify({ groups: [{ name: "queries", rules: asRules }] }));
      expect(run("check", "rules", file)).toMatchObject({
        status: 0,
        output: expect.stringContaining(`${queries.length} rules found`),
      });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("finds that they alert when they should, and not else", () => {
    expect(run("test", "rules", RULES_TEST)).toMatchObject({ status: 0, output: expect.stringContaining("SUCCESS") });
  });
});
