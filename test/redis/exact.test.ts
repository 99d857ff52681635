// Checks that limits are exact over several gateways that share a Redis: of many parallel requests, exactly as many pass as may.

import { describe, expect, it } from "vitest";
import { hasRedis } from "../support/redis.ts";
import { type Answer, type FleetConfig, startFleet, withinMinute } from "./fleet.ts";

const ALL = 400;

interface Case {
  readonly name: string;
  readonly config: FleetConfig;
  /** How many of `ALL` requests pass. */
  readonly pass: number;
  readonly refusal: Answer;
  /** They pass again when the first ones have ended. */
  readonly again: boolean;
}

const CASES: readonly Case[] = [
  {
    name: "the rate of a route",
    config: { top: ["rate_limit: {per_minute: 37}"] },
    pass: 37,
    refusal: { status: 429, code: "rate_limited" },
    again: false,
  },
  {
    name: "the rate of a client",
    config: { client: "rate_limit: {per_minute: 41}" },
    pass: 41,
    refusal: { status: 429, code: "rate_limited" },
    again: false,
  },
  {
    name: "the slots of all requests",
    config: { top: ["concurrency: {downstream_max_inflight: 23}"] },
    pass: 23,
    refusal: { status: 503, code: "downstream_concurrency_exceeded" },
    again: true,
  },
  {
    name: "the slots of a client",
    config: { client: "max_inflight: 19" },
    pass: 19,
    refusal: { status: 429, code: "client_concurrency_exceeded" },
    again: true,
  },
  {
    name: "the slots of an upstream key",
    config: { top: ["concurrency: {upstream_per_key_max_inflight: 17}"] },
    pass: 17,
    refusal: { status: 503, code: "upstream_concurrency_exceeded" },
    again: true,
  },
  {
    // Each request reserves 9 tokens for its body and 20 for its answer. It uses 20.
    name: "the tokens per minute of a client",
    config: { client: "rate_limit: {tokens_per_minute: 700}", usage: true },
    pass: 24,
    refusal: { status: 429, code: "rate_limited" },
    again: true,
  },
  {
    name: "a budget in tokens",
    config: { client: "budgets: [{per: total, tokens: 1000}]", usage: true },
    pass: 34,
    refusal: { status: 429, code: "budget_exceeded" },
    again: true,
  },
];

describe.skipIf(!hasRedis)("limits over two gateways that share a Redis", () => {
  it.each(CASES)("are exact: $name", async ({ config, pass, refusal, again }) => {
    // A loaded machine must not make a call late: it would then be decided without Redis.
    const fleet = await startFleet({ ...config, state: "timeout_ms: 20000" });
    await withinMinute();
    const answers = fleet.ask(ALL);
    await fleet.untilHeld(pass);
    const refused: Answer[] = [];
    for (const answer of answers) void answer.then((one) => one.status !== 200 && refused.push(one));
    await expect.poll(() => refused.length, { timeout: 20_000 }).toBe(ALL - pass);
    expect(fleet.held).toBe(pass);
    fleet.release();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(pass);
    for (const one of refused) expect(one).toEqual(refusal);
    const next = async () => (await Promise.all(fleet.ask(1)))[0];
    if (again) await expect.poll(next).toEqual({ status: 200, code: undefined });
    else expect(await next()).toEqual(refusal);
  });
});
