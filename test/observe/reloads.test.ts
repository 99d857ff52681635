// What becomes of the figures when another config takes over? Routes that stay keep theirs, gone ones stay while they have any.

import { describe, expect, it } from "vitest";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import type { LiveExchange } from "../../src/runtime/exchange/exchange.ts";
import { Meters } from "../../src/runtime/observe/metrics/meters.ts";
import { prometheusText } from "../../src/runtime/observe/metrics/prometheus.ts";
import { summarise } from "../../src/runtime/observe/metrics/summary.ts";
import { samplesOf, total, totalsBy } from "../support/prometheus.ts";

const HOUR = 3_600_000;
const START = 490_000 * HOUR;

/** A blueprint of routes, each with where it goes. */
function blueprint(routes: Readonly<Record<string, string>>, max?: number): Blueprint {
  const steps =
    max === undefined
      ? []
      : [
          { kind: "upstreamInflight", spec: { max } },
          { kind: "downstreamInflight", spec: { max: 10 * max } },
        ];
  const list = Object.entries(routes).map(([id, host]) => ({ id, steps, forward: { target: { host } } }));
  return { routes: list } as unknown as Blueprint;
}

function scene(routes: Readonly<Record<string, string>>, max?: number) {
  const clock = { at: START, now: () => clock.at };
  const meters = new Meters(blueprint(routes, max), clock);
  const pass = (id: string) => {
    const client = { id: "c", label: "c***" };
    const seen = { outcome: "success", status: 200, method: "POST", upstreamAnswered: true, admitted: true };
    const times = { startedAt: 0, sentAt: 1, headAt: 5, endedAt: 9 };
    const x = { own: false, streaming: false, route: { id }, client, ...seen, ...times } as unknown as LiveExchange;
    meters.admitted(x);
    meters.ended(x);
  };
  const summary = () => summarise(meters, { version: "1", now: clock.at, waiting: new Map() });
  const scrape = async () =>
    samplesOf((await prometheusText(meters, { version: "1", waiting: () => new Map() })()).text);
  return { clock, meters, pass, summary, scrape };
}

describe("another config", () => {
  it("keeps the figures of routes that stay, and takes over limits and upstreams", async () => {
    const { meters, pass, summary, scrape } = scene({ a: "one.example", b: "two.example" }, 3);
    pass("a");
    meters.adopt(blueprint({ a: "three.example", c: "two.example" }, 5));
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

  it("that goes back to an upstream goes on with its series", async () => {
    const { meters, pass, scrape } = scene({ a: "one.example" });
    for (const host of ["one.example", "two.example", "one.example"]) {
      meters.adopt(blueprint({ a: host }));
      pass("a");
    }
    expect(totalsBy(await scrape(), "gateway_upstream_duration_seconds_count", "upstream_host")).toEqual({
      "one.example": 2,
      "two.example": 1,
    });
  });

  it("forgets a route that is gone once a day has passed since its last request", () => {
    const { clock, meters, pass, summary } = scene({ a: "one.example", b: "one.example" });
    pass("b");
    meters.adopt(blueprint({ a: "one.example" }));
    expect(summary().routes.map((row) => row.route_id)).toEqual(["b", "a"]);
    clock.at += 25 * HOUR;
    meters.adopt(blueprint({ a: "one.example" }));
    expect(summary().routes.map((row) => row.route_id)).toEqual(["a"]);
    expect([...meters.clients]).toEqual([]);
  });
});

describe("reloads", () => {
  it("are counted by result, and the last good one's time is told", async () => {
    const { clock, meters, summary, scrape } = scene({ a: "one.example" });
    const goodAt = async () => total(await scrape(), "gateway_config_last_reload_success_timestamp_seconds") * 1000;
    expect([await goodAt(), summary().reload.last_result]).toEqual([START, null]);
    clock.at += HOUR;
    meters.reloaded("success");
    clock.at += HOUR;
    meters.reloaded("failure");
    expect(await goodAt()).toBe(START + HOUR);
    expect(summary().reload).toEqual({
      last_result: "failure",
      last_at_unix_ms: START + 2 * HOUR,
      success_total: 1,
      failure_total: 1,
    });
    expect(totalsBy(await scrape(), "gateway_config_reloads_total", "result")).toEqual({ success: 1, failure: 1 });
  });
});
