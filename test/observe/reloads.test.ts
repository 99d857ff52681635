// Checks what happens to the metrics when another config is applied: routes that stay keep their counts, and a removed
// route keeps its counts for a day.

import { describe, expect, it } from "vitest";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import type { ExchangeRecord } from "../../src/runtime/exchange/record.ts";
import { Meters } from "../../src/runtime/observe/metrics/meters.ts";
import { prometheusText } from "../../src/runtime/observe/metrics/prometheus.ts";
import { summarise } from "../../src/runtime/observe/metrics/summary.ts";
import { samplesOf, total, totalsBy } from "../support/prometheus.ts";

const HOUR = 3_600_000;
const START = 490_000 * HOUR;

/** A blueprint of these routes. Each route id has the host of its upstream. */
function blueprint(routes: Readonly<Record<string, string>>, max?: number): Blueprint {
  const steps = max === undefined ? [] : [{ kind: "downstreamInflight", spec: { max: 10 * max } }];
  const limit = max === undefined ? undefined : { max };
  const list = Object.entries(routes).map(([id, host]) => ({
    id,
    steps,
    forward: { upstreams: [{ target: { host }, limit }] },
  }));
  return { routes: list } as unknown as Blueprint;
}

function scene(routes: Readonly<Record<string, string>>, max?: number) {
  const clock = { at: START, now: () => clock.at };
  let served = routes;
  const meters = new Meters(blueprint(routes, max), clock);
  const adopt = (next: Readonly<Record<string, string>>, nextMax?: number) => {
    served = next;
    meters.adopt(blueprint(next, nextMax));
  };
  const pass = (id: string) => {
    const client = { id: "c", label: "c***" };
    const facts = { outcome: "success", status: 200, method: "POST", upstreamAnswered: true, admitted: true };
    const times = { startedAt: 0, sentAt: 1, headAt: 5, endedAt: 9 };
    const upstream = { id, host: served[id] ?? "" };
    const attempts = { attempts: 1, failedAttempts: [] };
    const record = {
      builtIn: false,
      streaming: false,
      metered: false,
      route: { id },
      upstream,
      client,
      ...attempts,
      ...facts,
      ...times,
    };
    meters.admitted(record as unknown as ExchangeRecord);
    meters.ended(record as unknown as ExchangeRecord);
  };
  const summary = () =>
    summarise(meters, { version: "1", now: clock.at, waiting: new Map(), clients: new Map(), health: [] });
  const scrape = async () =>
    samplesOf((await prometheusText(meters, { version: "1", waiting: () => new Map(), health: () => [] })()).text);
  return { clock, meters, adopt, pass, summary, scrape };
}

describe("another config", () => {
  it("keeps the counts of routes that stay, and applies new limits and upstreams", async () => {
    const { adopt, pass, summary, scrape } = scene({ a: "one.example", b: "two.example" }, 3);
    pass("a");
    adopt({ a: "three.example", c: "two.example" }, 5);
    pass("a");
    const { routes, limits } = summary();
    expect(routes.map((row) => [row.route_id, row.requests_1h, row.upstream_max_inflight])).toEqual([
      ["a", 2, 5],
      ["c", 0, 5],
    ]);
    expect(limits.downstream_max_inflight).toBe(50);
    expect(totalsBy(await scrape(), "gateway_upstream_duration_seconds_count", "upstream_host")).toEqual({
      "one.example": 1,
      "three.example": 1,
    });
  });

  it("that goes back to an earlier upstream continues its series", async () => {
    const { adopt, pass, scrape } = scene({ a: "one.example" });
    for (const host of ["one.example", "two.example", "one.example"]) {
      adopt({ a: host });
      pass("a");
    }
    expect(totalsBy(await scrape(), "gateway_upstream_duration_seconds_count", "upstream_host")).toEqual({
      "one.example": 2,
      "two.example": 1,
    });
  });

  it("drops a removed route when a day has passed since its last request", () => {
    const { clock, meters, adopt, pass, summary } = scene({ a: "one.example", b: "one.example" });
    pass("b");
    adopt({ a: "one.example" });
    expect(summary().routes.map((row) => row.route_id)).toEqual(["b", "a"]);
    clock.at += 25 * HOUR;
    adopt({ a: "one.example" });
    expect(summary().routes.map((row) => row.route_id)).toEqual(["a"]);
    expect(meters.clients.size).toBe(0);
  });
});

describe("reloads", () => {
  it("are counted by result, and the time of the last successful one is shown", async () => {
    const { clock, meters, summary, scrape } = scene({ a: "one.example" });
    const lastSuccessAt = async () =>
      total(await scrape(), "gateway_config_last_reload_success_timestamp_seconds") * 1000;
    expect([await lastSuccessAt(), summary().reload.last_result]).toEqual([START, null]);
    clock.at += HOUR;
    meters.reloaded("success");
    clock.at += HOUR;
    meters.reloaded("failure");
    expect(await lastSuccessAt()).toBe(START + HOUR);
    expect(summary().reload).toEqual({
      last_result: "failure",
      last_at_unix_ms: START + 2 * HOUR,
      success_total: 1,
      failure_total: 1,
    });
    expect(totalsBy(await scrape(), "gateway_config_reloads_total", "result")).toEqual({ success: 1, failure: 1 });
  });
});
