// Checks what log, metrics and summary say of an exchange's attempts, and of the health of the upstreams of a pool.
// The records are made here, so that each way an exchange can end is there.

import { describe, expect, it } from "vitest";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import { type EndedAttempt, RecordInProgress } from "../../src/runtime/exchange/record.ts";
import type { ShownHealth } from "../../src/runtime/limits/shown-health.ts";
import { createLog } from "../../src/runtime/observe/logs/log.ts";
import { Meters } from "../../src/runtime/observe/metrics/meters.ts";
import { prometheusText } from "../../src/runtime/observe/metrics/prometheus.ts";
import { summarise } from "../../src/runtime/observe/metrics/summary.ts";
import { samplesOf, total, totalsBy } from "../support/prometheus.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-11-23T10:00:05.000Z");

const ROUTE = { id: "chat", prefix: "/chat" };
const chosen = (id: string) => ({ id, host: `${id}.example`, gateKey: id });

/** A failed attempt. */
function failed(upstream: string, result: EndedAttempt["result"], status?: number, ms = 20): EndedAttempt {
  return { upstream, result, status, ms };
}

/** The record of an exchange whose last attempt went to this upstream, after these failed ones. */
function answered(upstream: string, failedAttempts: EndedAttempt[] = []): RecordInProgress {
  const record = new RecordInProgress("id-1", { method: "POST", httpVersion: "1.1", scheme: "http", rawHeaders: [] });
  const sentAt = record.startedAt + 100;
  return Object.assign(record, {
    path: "/chat/x",
    route: ROUTE,
    upstream: chosen(upstream),
    attempts: failedAttempts.length + 1,
    failedAttempts,
    sentAt,
    headAt: sentAt + 30,
    upstreamAnswered: true,
    endedAt: sentAt + 60,
    outcome: "success",
    status: 200,
  } as const);
}

/** The same, of a client that left before a response head. @param attempts how many were begun */
function abandoned(upstream: string, failedAttempts: EndedAttempt[], attempts: number): RecordInProgress {
  const facts = {
    attempts,
    headAt: undefined,
    upstreamAnswered: false,
    outcome: "client_closed",
    status: 499,
  } as const;
  return Object.assign(answered(upstream, failedAttempts), facts);
}

function blueprint(pools: Readonly<Record<string, readonly string[]>>): Blueprint {
  const routes = Object.entries(pools).map(([id, upstreams]) => ({
    id,
    steps: [],
    forward: {
      pool: upstreams.length > 1 ? {} : undefined,
      upstreams: upstreams.map((upstream) => ({ id: upstream, target: { host: `${upstream}.example` } })),
    },
  }));
  return { routes } as unknown as Blueprint;
}

function scene(pools: Readonly<Record<string, readonly string[]>> = { chat: ["a", "b"], plain: ["plain"] }) {
  const clock = { at: START, now: () => clock.at };
  const meters = new Meters(blueprint(pools), clock);
  const health: ShownHealth[] = [];
  /** Tells the meters of an exchange: of its failed attempts, of the last one, then of the end. */
  const pass = (record: RecordInProgress, last?: EndedAttempt) => {
    const { upstream } = record;
    for (const attempt of record.failedAttempts) {
      record.upstream = chosen(attempt.upstream);
      meters.attempted(record, attempt, true);
    }
    record.upstream = upstream;
    if (last !== undefined) meters.attempted(record, last, false);
    meters.ended(record);
  };
  const summary = () =>
    summarise(meters, { version: "1", now: clock.at, waiting: new Map(), clients: new Map(), health });
  const text = prometheusText(meters, { version: "1", waiting: () => new Map(), health: () => health });
  const scrape = async () => samplesOf((await text()).text);
  const upstreams = () => summary().routes.find(({ route_id }) => route_id === "chat")?.upstreams;
  return { clock, meters, health, pass, summary, scrape, upstreams };
}

const GOOD: EndedAttempt = { upstream: "b", result: "success", status: 200, ms: 30 };

describe("the log line", () => {
  const lineOf = (record: RecordInProgress): Record<string, unknown> => {
    let line = "";
    const write = (text: string) => {
      line = text;
    };
    createLog({ level: "info", to: { write } }).completed(record);
    return JSON.parse(line);
  };

  it("names the upstream, and no failed attempts where there were none", () => {
    const line = lineOf(answered("a"));
    expect(line).toMatchObject({ upstream: "a", attempts: 1 });
    expect(Object.keys(line)).not.toContain("failed_attempts");
  });

  it("lists the attempts that were followed by another, with a status where there was one", () => {
    expect(lineOf(answered("b", [failed("a", "429", 429, 81.26), failed("b", "connect_error")]))).toMatchObject({
      upstream: "b",
      attempts: 3,
      failed_attempts: [
        { upstream: "a", result: "429", status: 429, ms: 81.3 },
        { upstream: "b", result: "connect_error", ms: 20 },
      ],
    });
  });

  it.each([
    ["an exchange that was refused while it waited for a slot", abandoned("a", [], 0), null],
    ["a client that left during an attempt", abandoned("b", [failed("a", "503", 503)], 2), "b"],
    ["a client that left while the next upstream was awaited", abandoned("b", [failed("a", "503", 503)], 1), "a"],
  ])("names the upstream that was asked last: %s", (_what, record, upstream) => {
    expect(lineOf(record)).toMatchObject({ upstream });
  });
});

describe("attempts", () => {
  it("are counted by upstream and result, and retries by why the attempt failed", async () => {
    const { pass, scrape } = scene();
    for (let i = 0; i < 3; i++) pass(answered("b"), GOOD);
    pass(answered("b", [failed("a", "429", 429)]), GOOD);
    pass(answered("b", [failed("a", "connect_error"), failed("b", "429", 429)]), failed("b", "500", 500));
    const samples = await scrape();
    const attempts = samples.filter(({ name }) => name === "gateway_upstream_attempts_total");
    expect(
      attempts.map(({ labels, value }) => [labels["route_id"], labels["upstream"], labels["result"], value]),
    ).toEqual([
      ["chat", "b", "success", 4],
      ["chat", "b", "429", 1],
      ["chat", "b", "500", 1],
      ["chat", "a", "429", 1],
      ["chat", "a", "connect_error", 1],
    ]);
    expect(totalsBy(samples, "gateway_upstream_retries_total", "reason")).toEqual({ "429": 2, connect_error: 1 });
  });

  it.each([
    ["connect_error", undefined, "upstream_connect_error"],
    ["reset", undefined, "upstream_request_failed"],
    ["timeout", undefined, "upstream_timeout"],
    ["first_byte_timeout", undefined, "upstream_timeout"],
    ["first_byte_timeout", 200, "success"],
    ["overloaded_event", 200, "success"],
    ["quota", 429, "success"],
    ["503", 503, "success"],
  ] as const)(
    "that were retried have their duration observed: %s with status %s as %s",
    async (result, status, shown) => {
      const { pass, scrape } = scene();
      pass(answered("b", [failed("a", result, status, 4000)]), GOOD);
      const samples = await scrape();
      const labels = { upstream_host: "a.example", result: shown };
      expect(total(samples, "gateway_upstream_duration_seconds_sum", labels)).toBe(4);
      expect(totalsBy(samples, "gateway_upstream_duration_seconds_count", "upstream_host")).toEqual({
        "a.example": 1,
        "b.example": 1,
      });
      expect(total(samples, "gateway_upstream_duration_seconds_sum", { upstream_host: "b.example" })).toBeCloseTo(0.03);
    },
  );

  it("that the client ended are observed as such, but a wait between two attempts is none", async () => {
    const { pass, scrape } = scene();
    pass(abandoned("a", [], 1));
    expect(totalsBy(await scrape(), "gateway_upstream_duration_seconds_count", "result")).toEqual({ client_closed: 1 });
    pass(abandoned("b", [failed("a", "503", 503)], 1));
    const samples = await scrape();
    expect(totalsBy(samples, "gateway_upstream_duration_seconds_count", "result")).toEqual({
      client_closed: 1,
      success: 1,
    });
    expect(totalsBy(samples, "gateway_client_aborts_total", "phase")).toEqual({ head: 2 });
  });

  it("do not change the time to first byte of the exchange, which includes all of them", async () => {
    const { pass, scrape } = scene();
    pass(answered("b", [failed("a", "503", 503)]), GOOD);
    expect(total(await scrape(), "gateway_time_to_first_byte_seconds_sum")).toBeCloseTo(0.13);
  });
});

describe("the upstreams of a pool", () => {
  it("have their attempts and failures of the last hour in the summary, in the config's order", () => {
    const { clock, pass, upstreams, summary } = scene({ chat: ["b", "a", "c"] });
    pass(answered("b", [failed("a", "429", 429)]), GOOD);
    clock.at += 59 * MINUTE;
    pass(answered("b"), GOOD);
    pass(answered("b"), failed("b", "500", 500));
    const well = { state: "well", reason: null, until_unix_ms: null };
    expect(upstreams()).toEqual([
      { id: "b", ...well, attempts_1h: 3, failures_1h: 1 },
      { id: "a", ...well, attempts_1h: 1, failures_1h: 1 },
      { id: "c", ...well, attempts_1h: 0, failures_1h: 0 },
    ]);
    expect(summary().routes[0]?.retries_1h).toBe(1);
    clock.at += MINUTE;
    expect(upstreams()?.map(({ attempts_1h, failures_1h }) => [attempts_1h, failures_1h])).toEqual([
      [2, 1],
      [0, 0],
      [0, 0],
    ]);
    expect(summary().routes[0]?.retries_1h).toBe(0);
  });

  it("have the health that the gateway tells of them", async () => {
    const { health, upstreams, scrape } = scene({ chat: ["a", "b", "c"], other: ["a", "d"], plain: ["plain"] });
    const untilMs = START + 42_000;
    health.push(
      { routeId: "chat", upstream: "a", state: "cooling", reason: "quota", untilMs },
      { routeId: "chat", upstream: "b", state: "probing", reason: "failures", untilMs: START - 1 },
      { routeId: "chat", upstream: "c", state: "well", reason: undefined, untilMs: undefined },
      { routeId: "chat", upstream: "gone", state: "cooling", reason: "quota", untilMs },
    );
    expect(upstreams()).toEqual([
      { id: "a", state: "cooling", reason: "quota", until_unix_ms: untilMs, attempts_1h: 0, failures_1h: 0 },
      { id: "b", state: "probing", reason: "failures", until_unix_ms: START - 1, attempts_1h: 0, failures_1h: 0 },
      { id: "c", state: "well", reason: null, until_unix_ms: null, attempts_1h: 0, failures_1h: 0 },
    ]);
    const cooling = (await scrape()).filter(({ name }) => name === "gateway_upstream_cooling");
    expect(cooling.map(({ labels, value }) => [labels["route_id"], labels["upstream"], value])).toEqual([
      ["chat", "a", 1],
      ["chat", "b", 0],
      ["chat", "c", 0],
      ["other", "a", 0],
      ["other", "d", 0],
    ]);
  });

  it("are those of the current config, whose counts stay", async () => {
    const { meters, pass, upstreams, scrape } = scene();
    pass(answered("b", [failed("a", "429", 429)]), GOOD);
    meters.adopt(blueprint({ chat: ["b", "new"], plain: ["plain"] }));
    expect(upstreams()?.map(({ id, attempts_1h }) => [id, attempts_1h])).toEqual([
      ["b", 1],
      ["new", 0],
    ]);
    meters.adopt(blueprint({ plain: ["plain"] }));
    expect(upstreams()).toEqual([]);
    const samples = await scrape();
    expect(samples.filter(({ name }) => name === "gateway_upstream_cooling")).toEqual([]);
    expect(total(samples, "gateway_upstream_attempts_total")).toBe(2);
  });

  it("disappear with their route, a day after its last request", async () => {
    const { clock, meters, pass, scrape } = scene();
    pass(answered("b", [failed("a", "429", 429)]), GOOD);
    clock.at += 25 * 60 * MINUTE;
    meters.adopt(blueprint({ plain: ["plain"] }));
    expect((await scrape()).filter(({ labels }) => labels["route_id"] === "chat")).toEqual([]);
  });

  it("are not listed for a route with a single upstream", () => {
    const { summary } = scene();
    expect(summary().routes.map(({ route_id, upstreams }) => [route_id, upstreams.length])).toEqual([
      ["chat", 2],
      ["plain", 0],
    ]);
  });
});
