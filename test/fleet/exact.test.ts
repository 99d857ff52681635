// Checks that limits are exact over processes: of 400 parallel clients exactly as many pass as may, what is refused changes nothing, and later
// exactly what is left is admitted.

import { describe, expect, it } from "vitest";
import { hasRedis } from "../support/redis.ts";
import { TEST_MS, withinMinute } from "./patience.ts";
import { type Answer, type FleetParts, ledgerSum, type RealFleet, startFleet } from "./real-fleet.ts";
import { dump, untilIdle, usedOf } from "./redis-view.ts";

const ALL = 400;

interface Case {
  readonly name: string;
  readonly client: string;
  readonly path?: string;
  readonly refusal: Answer;
  /** How many pass at first, and how many when those have ended. */
  readonly pass: readonly [number, number];
  /** It is counted by the minute. */
  readonly byMinute?: boolean;
}

const LIMITED: Answer = { status: 429, code: "rate_limited" };
const SPENT: Answer = { status: 429, code: "budget_exceeded" };

/** A request reserves 29 tokens and 0.0002225 USD. It uses 20 tokens and 0.000125 USD. */
const CLIENTS = {
  plain: "",
  rated: "rate_limit: {per_minute: 41}",
  metered: "rate_limit: {tokens_per_minute: 700}",
  tokens: "budgets: [{per: total, tokens: 1000}]",
  usd: "budgets: [{per: month, usd: 0.008}]",
  slots: "max_inflight: 19",
  all: "rate_limit: {per_minute: 58, tokens_per_minute: 1500}, max_inflight: 30, budgets: [{per: day, tokens: 640, usd: 1}]",
};

const CASES: readonly Case[] = [
  { name: "the rate of a route", client: "plain", refusal: LIMITED, pass: [60, 0], byMinute: true },
  { name: "the rate of a client", client: "rated", refusal: LIMITED, pass: [41, 0], byMinute: true },
  { name: "tokens per minute", client: "metered", refusal: LIMITED, pass: [24, 7], byMinute: true },
  { name: "a budget in tokens", client: "tokens", refusal: SPENT, pass: [34, 11] },
  { name: "a budget in USD", client: "usd", refusal: SPENT, pass: [35, 16] },
  {
    name: "the slots of a client",
    client: "slots",
    refusal: { status: 429, code: "client_concurrency_exceeded" },
    pass: [19, 19],
  },
  {
    name: "the slots of an upstream key",
    client: "plain",
    path: "/keyed/v1/chat/completions",
    refusal: { status: 503, code: "upstream_concurrency_exceeded" },
    pass: [17, 17],
  },
  { name: "a client with all limits", client: "all", refusal: SPENT, pass: [22, 6] },
];

const DOWNSTREAM: Case = {
  name: "the slots of all requests",
  client: "plain",
  refusal: { status: 503, code: "downstream_concurrency_exceeded" },
  pass: [23, 23],
};

const PARTS: FleetParts = {
  clients: CLIENTS,
  top: ["rate_limit: {per_minute: 60}"],
  more: (base) => [
    "  - id: keyed",
    "    prefix: /keyed",
    "    upstream:",
    `      base_url: ${base}`,
    "      upstream_key_max_inflight: 17",
    "      inject_headers: [{name: authorization, value: Bearer upstream-key-71aa}]",
  ],
};

/** Sends all requests, checks how many pass, and lets those end. */
async function round(fleet: RealFleet, { client, path, refusal }: Case, pass: number): Promise<void> {
  const { upstream, redis } = fleet;
  upstream.hold();
  const answers = fleet.ask(ALL, client, path);
  const refused: Answer[] = [];
  for (const answer of answers) void answer.then((one) => one.status !== 200 && refused.push(one));
  await upstream.untilHeld(pass);
  await expect.poll(() => refused.length, { timeout: TEST_MS }).toBe(ALL - pass);
  expect(upstream.held).toBe(pass);
  const before = dump(redis);
  expect(await Promise.all(fleet.ask(8, client, path))).toEqual(Array(8).fill(refusal));
  expect(dump(redis)).toBe(before);
  upstream.release();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(pass);
  expect(refused).toEqual(Array(ALL - pass).fill(refusal));
  await untilIdle(redis);
}

describe.skipIf(!hasRedis).each([
  { gateways: 2, workers: 1 },
  { gateways: 1, workers: 2 },
  { gateways: 2, workers: 2 },
])("limits over $gateways gateways with $workers workers each", (size) => {
  it(
    "are exact",
    async () => {
      const fleet = await startFleet({ ...PARTS, ...size });
      for (const one of CASES) {
        if (one.byMinute) await withinMinute(20_000);
        for (const pass of one.pass) await round(fleet, one, pass);
      }
      for (const gateway of fleet.gateways) await gateway.close();
      for (const client of ["metered", "tokens", "usd", "all"]) {
        expect(usedOf(fleet.redis, client)).toEqual(ledgerSum(fleet.ledgers, client));
      }
      expect(usedOf(fleet.redis, "usd")).toEqual({ tokens: 51 * 20, ticks: 51 * 1_250_000 });
    },
    TEST_MS,
  );

  it(
    "are exact for the slots of all requests",
    async () => {
      const fleet = await startFleet({
        clients: { plain: "" },
        top: ["concurrency: {downstream_max_inflight: 23}"],
        ...size,
      });
      for (const pass of DOWNSTREAM.pass) await round(fleet, DOWNSTREAM, pass);
    },
    TEST_MS,
  );
});
