// Checks how the summary counts the ends of exchanges: by who answered and with what, and whose durations it shows.

import { describe, expect, it } from "vitest";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import type { Outcome } from "../../src/plan/exchange.ts";
import { ERROR_REPLIES, type ErrorCode } from "../../src/plan/replies.ts";
import type { ExchangeRecord } from "../../src/runtime/exchange/record.ts";
import { Meters } from "../../src/runtime/observe/metrics/meters.ts";
import { summarise } from "../../src/runtime/observe/metrics/summary.ts";
import { isError, resultOf } from "../../src/runtime/observe/result.ts";

const START = Date.parse("2026-11-23T10:00:05.000Z");
const MINUTE = 60_000;

/** The end of an exchange: its outcome and status, and whether the upstream sent response headers. */
type Ending = readonly [outcome: Outcome, status: number, upstreamAnswered: boolean];

/** Meters of one route on a clock that the test sets. */
function startMeters() {
  const clock = { at: START, now: () => clock.at };
  const meters = new Meters({ routes: [] } as unknown as Blueprint, clock);
  const end = ([outcome, status, upstreamAnswered]: Ending, ms: number) => {
    const sent = upstreamAnswered || outcome.startsWith("upstream_");
    const record: Partial<ExchangeRecord> = {
      method: "POST",
      route: { id: "up", prefix: "/up" },
      admitted: false,
      startedAt: 0,
      endedAt: ms,
      outcome,
      status,
      upstreamAnswered,
      attempts: sent ? 1 : 0,
      failedAttempts: [],
      ...(sent && { sentAt: 0, upstream: { id: "up", host: "up", gateKey: "none" } }),
      ...(outcome !== "client_closed" && { headAt: ms / 2 }),
    };
    meters.ended(record as ExchangeRecord);
  };
  const summary = () =>
    summarise(meters, { version: "1.0.0", now: clock.at, waiting: new Map(), clients: new Map(), health: [] });
  return { clock, meters, end, summary };
}

const OK: Ending = ["success", 200, true];
const REFUSED: Ending = ["rate_limited", 429, false];

describe("the results", () => {
  it.each([
    [["success", 200, true], "upstream 2xx", "good"],
    [["success", 304, true], "upstream 3xx", "good"],
    [["success", 404, true], "upstream 4xx", "client_error"],
    [["success", 429, true], "upstream 429", "client_error"],
    [["success", 529, true], "upstream 5xx", "server_error"],
    [["success", 777, true], "upstream other", "server_error"],
    [["preflight", 204, false], "gateway preflight", "good"],
    [["rate_limited", 429, false], "gateway rate_limited", "client_error"],
    [["upstream_timeout", 504, false], "gateway upstream_timeout", "server_error"],
    [["upstream_timeout", 200, true], "incomplete upstream_timeout", "server_error"],
    [["upstream_aborted", 404, true], "incomplete upstream_aborted", "server_error"],
    [["internal_error", 200, true], "incomplete internal_error", "server_error"],
    [["client_closed", 499, false], "incomplete client_closed", "client_closed"],
    [["client_closed", 200, true], "incomplete client_closed", "client_closed"],
  ] as [Ending, string, string][])("count %j as %s, a %s", ([outcome, status, upstreamAnswered], shown, kind) => {
    const result = resultOf({ outcome, status, upstreamAnswered });
    expect([`${result.group} ${result.name}`, result.class, result.outcome]).toEqual([shown, kind, outcome]);
    expect(resultOf({ outcome, status, upstreamAnswered })).toBe(result);
  });

  it("have a class for each code of the gateway's own", () => {
    for (const [code, { status }] of Object.entries(ERROR_REPLIES)) {
      const result = resultOf({ outcome: code as ErrorCode, status, upstreamAnswered: false });
      expect([code, result.class]).toEqual([code, status >= 500 ? "server_error" : "client_error"]);
    }
  });

  it("add up to the requests, the errors and the outcomes of each time range", () => {
    const { clock, meters, end, summary } = startMeters();
    const endings: Ending[] = [
      OK,
      ["success", 302, true],
      ["success", 404, true],
      ["success", 429, true],
      ["success", 503, true],
      REFUSED,
      ["unauthorized", 401, false],
      ["upstream_timeout", 504, false],
      ["upstream_timeout", 200, true],
      ["upstream_aborted", 200, true],
      ["client_closed", 499, false],
      ["client_closed", 200, true],
    ];
    // One of each in the last 15 minutes, one 20 minutes ago, one five hours ago; and a request that did not parse.
    for (const at of [START, START + 280 * MINUTE, START + 300 * MINUTE]) {
      clock.at = at;
      for (const ending of endings) end(ending, 100);
      meters.unparsed({ outcome: "bad_request", status: 400 });
    }
    const each = endings.length + 1;
    const shown = summary();
    const sum = (rows: typeof shown.results_1h, ofClass?: string) =>
      rows.reduce((all, row) => all + (ofClass === undefined || row.class === ofClass ? row.count : 0), 0);
    expect([sum(shown.results_15m), sum(shown.results_1h), sum(shown.results_24h)]).toEqual([each, 2 * each, 3 * each]);
    expect([shown.total_requests_1h, shown.total_requests_24h]).toEqual([2 * each, 3 * each]);
    const errors = (rows: typeof shown.results_1h) => sum(rows, "client_error") + sum(rows, "server_error");
    const routeErrors = (read: (row: (typeof shown.routes)[number]) => number) =>
      shown.routes.reduce((all, row) => all + read(row), 0);
    expect([errors(shown.results_1h), errors(shown.results_24h)]).toEqual([
      routeErrors((row) => row.errors_1h),
      routeErrors((row) => row.errors_24h),
    ]);
    const { quarter, day } = shown.series;
    const total = (column: readonly number[]) => column.reduce((all, count) => all + count, 0);
    for (const [series, rows] of [[quarter, shown.results_15m] as const, [day, shown.results_24h] as const]) {
      expect(total(series.requests)).toBe(sum(rows));
      expect(total(series.client_errors)).toBe(sum(rows, "client_error"));
      expect(total(series.server_errors)).toBe(sum(rows, "server_error"));
      expect(total(series.client_closed)).toBe(sum(rows, "client_closed"));
    }
    expect(shown.outcomes_1h).toEqual({
      success: 10,
      rate_limited: 2,
      unauthorized: 2,
      upstream_timeout: 4,
      upstream_aborted: 2,
      client_closed: 4,
      bad_request: 2,
    });
    const ofGroups = shown.results_1h.map(({ group }) => group);
    expect(ofGroups).toEqual([...ofGroups].sort((a, b) => "ugi".indexOf(a[0] ?? "") - "ugi".indexOf(b[0] ?? "")));
    expect(shown.results_1h.find(({ result }) => result === "2xx")).toEqual({
      group: "upstream",
      result: "2xx",
      class: "good",
      count: 2,
    });
    expect(isError(resultOf({ outcome: "client_closed", status: 499, upstreamAnswered: false }))).toBe(false);
  });
});

describe("latency", () => {
  it("is that of exchanges that the upstream answered: refusals of the gateway don't change it", () => {
    const { end, summary } = startMeters();
    for (let i = 0; i < 10; i++) end(OK, 1600);
    const before = summary();
    for (let i = 0; i < 1000; i++) end(REFUSED, 0.2);
    for (let i = 0; i < 100; i++) end(["upstream_connect_error", 502, false], 3);
    for (let i = 0; i < 100; i++) end(["client_closed", 499, false], 5);
    const after = summary();
    for (const range of ["quarter", "hour", "day"] as const) {
      const { overall, latency_p50_ms, latency_p95_ms, ttfb_p50_ms } = after.series[range];
      expect(overall).toEqual(before.series[range].overall);
      expect(overall.latency_p50_ms).toBeGreaterThan(1300);
      expect(overall.ttfb_p50_ms).toBeGreaterThan(650);
      expect([latency_p50_ms, latency_p95_ms, ttfb_p50_ms]).toEqual([
        before.series[range].latency_p50_ms,
        before.series[range].latency_p95_ms,
        before.series[range].ttfb_p50_ms,
      ]);
    }
    expect(after.total_requests_1h).toBe(1210);
  });

  it("is null where the upstream answered nothing", () => {
    const { end, summary } = startMeters();
    for (let i = 0; i < 5; i++) end(REFUSED, 0.2);
    expect(summary().series.quarter.overall.latency_p95_ms).toBeNull();
    expect(summary().series.quarter.requests.at(-1)).toBe(5);
  });
});

describe("the last 15 minutes", () => {
  it("have steps of 10 seconds", () => {
    const { clock, end, summary } = startMeters();
    end(OK, 10);
    clock.at += 12_000;
    end(OK, 10);
    end(REFUSED, 0);
    const { requests, client_errors, start_unix_ms, step_seconds } = summary().series.quarter;
    expect([step_seconds, requests.length]).toEqual([10, 90]);
    expect(start_unix_ms).toBe(Date.parse("2026-11-23T10:00:10.000Z") - 89 * 10_000);
    expect(requests.slice(-3)).toEqual([0, 1, 2]);
    expect(client_errors.slice(-2)).toEqual([0, 1]);
    clock.at += 15 * MINUTE - 12_000;
    expect(summary().results_15m.map(({ count }) => count)).toEqual([1, 1]);
    clock.at += 10_000;
    expect(summary().results_15m).toEqual([]);
  });
});
