// Checks that metrics and summary are the same, whether one process observes all exchanges or several workers report them.

import fc from "fast-check";
import { expect, it } from "vitest";
import type { Outcome } from "../../src/plan/exchange.ts";
import type { Observer } from "../../src/runtime/exchange/observer.ts";
import { type AttemptResult, type EndedAttempt, RecordInProgress } from "../../src/runtime/exchange/record.ts";
import { Lines } from "../../src/runtime/observe/metrics/exposition.ts";
import { families } from "../../src/runtime/observe/metrics/families.ts";
import { Meters } from "../../src/runtime/observe/metrics/meters.ts";
import { summarise } from "../../src/runtime/observe/metrics/summary.ts";
import { WorkerReports } from "../../src/runtime/workers/worker-reports.ts";
import { WorkerTally } from "../../src/runtime/workers/worker-tally.ts";
import { usageOf } from "../observe/usage-scene.ts";
import { compiled } from "../support/gateway.ts";

const BLUEPRINT = compiled(`listen: 127.0.0.1:0
gateway_auth:
  tokens: [plain-token-5c0a]
  clients:
    - {id: intern, tokens: [intern-token-4f1e]}
routes:
  - {id: chat, prefix: /chat, upstream: {base_url: "http://127.0.0.1:9"}}
  - {id: "o\\"dd", prefix: /odd, upstream: {base_url: "http://127.0.0.1:9"}}
`);

const NO_LIMITS = {
  routes: undefined,
  models: undefined,
  ratePerMinute: undefined,
  maxInflight: undefined,
  tokensPerMinute: undefined,
  budgets: [],
};

const START = Date.parse("2026-11-23T10:00:05.000Z");
const CLIENTS = [
  undefined,
  { id: "client intern", label: "intern", access: NO_LIMITS },
  { id: "5".repeat(64), label: "pla***0a#12345678", access: undefined },
];
const OUTCOMES: readonly Outcome[] = ["success", "client_closed", "upstream_timeout", "rate_limited", "unauthorized"];
const RESULTS: readonly AttemptResult[] = ["success", "429", "connect_error", "failure"];

const FAILED: EndedAttempt = { upstream: "a", result: "failure", status: undefined, ms: 1 };

/** Sums of such durations are exact, in whichever order they are added. */
const ms = fc.integer({ min: 0, max: 200_000 }).map((quarters) => quarters / 4);

const attempt: fc.Arbitrary<EndedAttempt> = fc.record({
  upstream: fc.constantFrom("a", "b"),
  result: fc.constantFrom(...RESULTS),
  status: fc.option(fc.constantFrom(200, 429, 502), { nil: undefined }),
  ms,
});

const tokens = fc.option(fc.integer({ min: 0, max: 100_000 }));

const exchange = fc.record({
  route: fc.constantFrom(undefined, "chat", 'o"dd'),
  client: fc.constantFrom(...CLIENTS),
  method: fc.constantFrom("GET", "POST", "PROPFIND"),
  outcome: fc.constantFrom(...OUTCOMES),
  status: fc.constantFrom(200, 206, 302, 404, 429, 499, 500, 999),
  kind: fc.constantFrom("built in", "refused", "plain", "stream", "web socket"),
  ms,
  sentMs: fc.option(ms, { nil: undefined }),
  headMs: fc.option(ms, { nil: undefined }),
  answered: fc.boolean(),
  lastCounts: fc.boolean(),
  attempts: fc.array(attempt, { maxLength: 2 }),
  usage: fc.option(
    fc.record({
      known: fc.constantFrom("reported" as const, "partial" as const, "unknown" as const),
      counts: fc.record({ input: tokens, cacheRead: tokens, cacheWrite: tokens, output: tokens, reasoning: tokens }),
      modelLabel: fc.constantFrom("gpt-5", "other"),
      costTicks: tokens,
      ttftMs: fc.option(ms),
    }),
  ),
  /** It never ends. */
  lasts: fc.boolean(),
});

type Call = (observer: Observer) => void;

/** The calls that an exchange makes to its observer, in their order. */
function callsOf(facts: typeof exchange extends fc.Arbitrary<infer T> ? T : never): Call[] {
  const record = new RecordInProgress("x", {
    method: facts.method,
    httpVersion: "1.1",
    scheme: "http",
    rawHeaders: ["authorization", "Bearer canary"],
  });
  const { startedAt } = Object.assign(record, { startedAt: 1024 });
  const { route, kind, attempts, usage } = facts;
  const passed = route !== undefined && (kind === "plain" || kind === "stream" || kind === "web socket");
  Object.assign(record, {
    route: route === undefined ? undefined : { id: route, prefix: "/" },
    client: facts.client,
    builtIn: kind === "built in",
    upstream: passed ? { id: "a", host: "127.0.0.1:9", gateKey: "a" } : undefined,
    metered: passed && usage !== null,
  });
  const calls: Call[] = [];
  if (passed) {
    calls.push((observer) => {
      record.admitted = true;
      observer.admitted(record);
    });
    for (const [i, each] of attempts.entries()) {
      const retried = i + 1 < attempts.length || !facts.lastCounts;
      calls.push((observer) => observer.attempted(record, each, retried));
    }
    if (kind === "stream")
      calls.push((observer) => {
        record.streaming = true;
        observer.streaming(record);
      });
    if (kind === "web socket")
      calls.push((observer) => {
        record.webSocket = true;
        observer.webSocket(record);
      });
  }
  if (facts.lasts) return calls;
  calls.push((observer) => {
    Object.assign(record, {
      outcome: facts.outcome,
      status: facts.status,
      endedAt: startedAt + facts.ms,
      sentAt: facts.sentMs === undefined || !passed ? undefined : startedAt + facts.sentMs,
      headAt: facts.headMs === undefined ? undefined : startedAt + facts.headMs,
      upstreamAnswered: passed && facts.answered,
      attempts: attempts.length + 1,
      failedAttempts: facts.lastCounts ? attempts : [...attempts, FAILED],
    });
    observer.ended(record);
  });
  if (passed && usage !== null) calls.push((observer) => observer.metered(record, usageOf(usage)));
  return calls;
}

/** What happens next: a call of the exchange at that place, a worker sends what waits, or time passes. */
const step = fc.oneof(
  { weight: 12, arbitrary: fc.nat(1000).map((n) => ({ kind: "call" as const, n })) },
  { weight: 3, arbitrary: fc.nat(1000).map((n) => ({ kind: "flush" as const, n })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5_000_000 }).map((n) => ({ kind: "time" as const, n })) },
  { weight: 1, arbitrary: fc.constant({ kind: "unparsed" as const, n: 0 }) },
);

it("shows the same figures of any exchanges over one, two or three workers", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(exchange, fc.nat(2)), { maxLength: 12 }),
      fc.array(step, { maxLength: 80 }),
      fc.integer({ min: 1, max: 3 }),
      (exchanges, steps, count) => {
        const clock = { at: START, now: () => clock.at };
        const direct = new Meters(BLUEPRINT, clock);
        const reported = new Meters(BLUEPRINT, clock);
        const workers = Array.from({ length: count }, () => {
          const tally = new WorkerTally(reported);
          return new WorkerReports({ send: (report) => tally.apply(structuredClone(report)) });
        });
        const workerAt = (n: number) => workers[n % count] as WorkerReports;
        const flushAll = () => {
          for (const reports of workers) reports.flush();
        };
        const left = exchanges.map(([facts, n]) => ({ calls: callsOf(facts), reports: workerAt(n) }));
        const call = (n: number) => {
          const waiting = left.filter(({ calls }) => calls.length > 0);
          const next = waiting[n % waiting.length];
          const made = next?.calls.shift();
          if (next === undefined || made === undefined) return;
          made(direct);
          made(next.reports);
        };
        for (const { kind, n } of steps) {
          if (kind === "call") call(n);
          else if (kind === "flush") workerAt(n).flush();
          else if (kind === "time") {
            flushAll();
            clock.at += n;
          } else {
            const request = { requestId: "x", outcome: "bad_request", status: 400, cause: "TLS" } as const;
            direct.unparsed(request);
            workerAt(n).unparsed(request);
          }
        }
        while (left.some(({ calls }) => calls.length > 0)) call(0);
        flushAll();

        const shown = count === 1 ? (each: object) => each : withoutPeaks;
        expect(shown(summaryOf(reported, clock.at))).toEqual(shown(summaryOf(direct, clock.at)));
        expect(samplesOf(reported)).toEqual(samplesOf(direct));
      },
    ),
    { numRuns: 200 },
  );
});

const NONE: ReadonlyMap<string, number> = new Map();

function summaryOf(meters: Meters, now: number): object {
  return summarise(meters, { version: "1", now, waiting: NONE, clients: NONE, health: [], budgets: () => [] });
}

/** All lines of our metrics. With several workers, a label may have been seen first in another order. */
function samplesOf(meters: Meters): string[] {
  const all = families(meters, { version: "1", waiting: () => NONE, health: () => [], budgets: () => [] });
  return all.flatMap((family) => {
    const lines = new Lines(family);
    family.write(lines);
    return lines.text.split("\n").sort();
  });
}

/** Reports of several workers are counted one after the other, so their peaks may meet, or may not. */
function withoutPeaks(summary: object): object {
  return JSON.parse(JSON.stringify(summary), (key, value) => (key.includes("inflight_peak") ? undefined : value));
}
