// What the log and the metrics say about attempts that failed.

import { expect, test } from "vitest";
import { type Sample, samplesOf, total } from "../support/prometheus.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { HANG, OK, openaiQuota, overloadedEvent, plain, RESET_AFTER_REQUEST, rate, SILENT_STREAM } from "./plays.ts";
import { CLOSED, type PoolParts, RETRY, type StartedPool, startPool } from "./pool.ts";
import { send } from "./run-case.ts";

const scene = setScene();

const METRICS_TOKEN = "metrics-token-4471";
const METRICS = [`observability: {metrics: {enabled: true, token: ${METRICS_TOKEN}}}`];

async function samples({ gateway }: StartedPool): Promise<Sample[]> {
  await untilFree(gateway);
  const response = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  expect(response.status).toBe(200);
  return samplesOf(await response.text());
}

interface Row extends PoolParts {
  readonly name: string;
  /** Upstream, result, count. */
  readonly attempts: readonly (readonly [upstream: string, result: string, count: number])[];
  readonly cooling?: Readonly<Record<string, number>>;
}

const ALL = "connect_error, reset, timeout, first_byte_timeout, overloaded_event, quota";
const EVERYTHING = `${RETRY}, retry_on: [${ALL}, "401", "429", "500", "503"]`;

const ROWS: readonly Row[] = [
  { name: "a success", upstreams: [[OK]], attempts: [["up", "success", 1]] },
  {
    name: "one upstream: failures, then a success",
    upstreams: [[rate(), plain(503), OK]],
    attempts: [
      ["up", "429", 1],
      ["up", "503", 1],
      ["up", "success", 1],
    ],
  },
  {
    name: "a rate limit that cools",
    upstreams: [[rate("Retry-After: 60")], [OK]],
    attempts: [
      ["a", "429", 1],
      ["b", "success", 1],
    ],
    cooling: { a: 1, b: 0 },
  },
  {
    name: "a quota, then a refused key",
    upstreams: [[openaiQuota()], [plain(401)], [OK]],
    retry: null,
    attempts: [
      ["a", "quota", 1],
      ["b", "401", 1],
      ["c", "success", 1],
    ],
    cooling: { a: 1, b: 1, c: 0 },
  },
  {
    name: "a closed port",
    upstreams: [CLOSED, [OK]],
    attempts: [
      ["a", "connect_error", 1],
      ["b", "success", 1],
    ],
  },
  {
    name: "a reset, then an overloaded event",
    upstreams: [[RESET_AFTER_REQUEST], [overloadedEvent], [OK]],
    retry: EVERYTHING,
    attempts: [
      ["a", "reset", 1],
      ["b", "overloaded_event", 1],
      ["c", "success", 1],
    ],
  },
  {
    name: "a timeout, then a late first byte",
    upstreams: [[HANG], [SILENT_STREAM], [OK]],
    retry: `${EVERYTHING}, attempt_timeout_ms: 60`,
    shared: ["first_byte_timeout_ms: 120"],
    attempts: [
      ["a", "timeout", 1],
      ["b", "first_byte_timeout", 1],
      ["c", "success", 1],
    ],
  },
  // Cloudflare answers so in front of a provider. It has no word, but is a failure like every status from 500.
  {
    name: "a status above 500 without a word",
    upstreams: [[plain(520)], [OK]],
    route: ["cooldown: {after_failures: 1}"],
    attempts: [["a", "failure", 1]],
    cooling: { a: 1, b: 0 },
  },
  {
    name: "a rate limit that names its reset only",
    upstreams: [[rate("X-RateLimit-Remaining-Requests: 0", "X-RateLimit-Reset-Requests: 60s")], [OK]],
    attempts: [
      ["a", "429", 1],
      ["b", "success", 1],
    ],
    cooling: { a: 1, b: 0 },
  },
  ...[
    [500, "500"],
    [501, "failure"],
    [429, "429"],
    [404, "success"],
  ].map(
    ([status, result]): Row => ({
      name: `a ${status} on a route without retries`,
      upstreams: [[plain(Number(status))]],
      retry: null,
      attempts: [["up", String(result), 1]],
    }),
  ),
];

test.each(ROWS.map((row) => [row.name, row] as const))("metrics: %s", async (_name, row) => {
  const pool = await startPool(scene, { ...row, top: METRICS });
  await send(scene, pool, { body: "small" });
  const all = await samples(pool);
  const name = "gateway_upstream_attempts_total";
  for (const [upstream, result, count] of row.attempts) {
    expect([upstream, result, total(all, name, { route_id: "up", upstream, result })]).toEqual([
      upstream,
      result,
      count,
    ]);
  }
  expect(total(all, name)).toBe(row.attempts.reduce((sum, [, , count]) => sum + count, 0));
  for (const [upstream, value] of Object.entries(row.cooling ?? {})) {
    expect(total(all, "gateway_upstream_cooling", { route_id: "up", upstream })).toBe(value);
  }
});

test("the log line names the upstream and the attempts that failed", async () => {
  const pool = await startPool(scene, { upstreams: [[rate()], [plain(503)], [OK]] });
  await send(scene, pool);
  const line = await pool.gateway.completed();
  expect(line).toMatchObject({ upstream: "c", attempts: 3, outcome: "success", status: 200 });
  const failed = JSON.stringify(line);
  for (const word of ['"a"', '"429"', '"b"', '"503"']) expect(failed).toContain(word);
  expect(failed).not.toContain("upstream-key-");
});
