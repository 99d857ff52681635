// Checks over any mix of requests, outages and reloads on two gateways that nothing is left when all have ended: no slot, no reservation,
// and budgets that agree with both ledgers.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasRedis } from "../support/redis.ts";
import { type Answer, startWorld, type World, type WorldConfig } from "./world.ts";

type Step =
  | { readonly kind: "ask"; readonly at: 0 | 1; readonly client: "a" | "b"; readonly hold: "no" | "head" | "stream" }
  | { readonly kind: "fail"; readonly at: 0 | 1; readonly client: "a" | "b" }
  | { readonly kind: "release"; readonly count: number }
  | { readonly kind: "abort"; readonly which: number }
  | { readonly kind: "reload"; readonly at: 0 | 1; readonly config: number }
  | { readonly kind: "outage"; readonly how: "kill" | "freeze" | "cut" | "flush" }
  | { readonly kind: "back" };

const at = fc.constantFrom(0 as const, 1 as const);
const client = fc.constantFrom("a" as const, "b" as const);
const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      at,
      client,
      hold: fc.constantFrom("no" as const, "head" as const, "stream" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fail" as const), at, client }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("release" as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("abort" as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reload" as const), at, config: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("outage" as const),
      how: fc.constantFrom("kill" as const, "freeze" as const, "cut" as const, "flush" as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "back" as const }) },
);

/** The clients always have budgets: only then their usage is in Redis. */
const BUDGETS = "budgets: [{per: total, tokens: 1000000}, {per: day, usd: 10000}]";

/** Configs with and without each limit, of any size. */
function configs(mode: string): readonly WorldConfig[] {
  const pool = (max: number | undefined): string[] => [
    `    upstream: {${max === undefined ? "" : `upstream_key_max_inflight: ${max}, `}retry: {backoff_ms: 1, max_backoff_ms: 50, retry_on: ["503"]}}`,
    "    cooldown: {after_failures: 1000}",
    "    balance: least_inflight",
    "    upstreams:",
    '      - {id: one, base_url: "$UPSTREAM/one"}',
    '      - {id: two, base_url: "$UPSTREAM/two"}',
  ];
  const state = `timeout_ms: 100, on_failure: ${mode}`;
  const queue = "queue: {max_waiting: 3, timeout_ms: 150}";
  return [
    { a: BUDGETS, b: BUDGETS, up: pool(undefined) },
    { a: `max_inflight: 2, ${BUDGETS}`, b: BUDGETS, up: pool(2), top: [`concurrency: {${queue}}`] },
    { a: `max_inflight: 4, ${BUDGETS}`, b: `rate_limit: {per_minute: 9}, ${BUDGETS}`, up: pool(1) },
    {
      a: `rate_limit: {tokens_per_minute: 900}, ${BUDGETS}`,
      b: `max_inflight: 3, ${BUDGETS}`,
      up: pool(2),
      top: [`concurrency: {downstream_max_inflight: 5, ${queue}}`],
    },
  ].map((config) => ({ ...config, state }));
}

class Mix {
  readonly world: World;
  readonly #configs: readonly WorldConfig[];
  readonly #answers: Promise<Answer | "aborted">[] = [];
  readonly #aborts: AbortController[] = [];
  #away: "kill" | "freeze" | undefined = undefined;

  constructor(world: World, all: readonly WorldConfig[]) {
    this.world = world;
    this.#configs = all;
  }

  async do(step: Step): Promise<void> {
    const { world } = this;
    switch (step.kind) {
      case "ask":
        return this.#ask(step.at, { client: step.client, hold: step.hold });
      case "fail":
        return this.#ask(step.at, { client: step.client, fails: "/one" });
      case "release":
        return world.release(step.count);
      case "abort":
        return this.#aborts[step.which % (this.#aborts.length + 1)]?.abort();
      case "reload": {
        const config = this.#configs[step.config % this.#configs.length];
        return world.gateways[step.at]?.swap(world.text(config ?? {}, step.at));
      }
      case "outage":
        if (this.#away !== undefined) return;
        if (step.how === "cut") return world.relay.cut();
        if (step.how === "flush") return void (await world.redisCli(["script", "flush"]));
        this.#away = step.how;
        return step.how === "kill" ? world.redis.kill() : world.redis.freeze();
      case "back":
        return this.#back();
    }
  }

  /** Ends all, and checks what is left. */
  async end(): Promise<void> {
    const { world } = this;
    await this.#back();
    await world.untilUp(true);
    let isOver = false;
    const over = Promise.all(this.#answers).then(() => {
      isOver = true;
    });
    while (!isOver) {
      world.release();
      await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 5))]);
    }
    await over;
    await world.untilUp(true);
    await world.expectIdle();
    for (const client of ["a", "b"]) {
      await expect.poll(async () => (await world.used(client)) - world.charged(client), { timeout: 15_000 }).toBe(0);
    }
    for (const { logs } of world.gateways) expect(logs.filter(({ msg }) => msg === "internal error")).toEqual([]);
  }

  #ask(index: number, sent: Parameters<World["ask"]>[1]): void {
    const abort = new AbortController();
    this.#aborts.push(abort);
    this.#answers.push(this.world.ask(index, { ...sent, signal: abort.signal }).catch(() => "aborted" as const));
  }

  async #back(): Promise<void> {
    const away = this.#away;
    this.#away = undefined;
    if (away === "kill") await this.world.redis.restart();
    if (away === "freeze") this.world.redis.thaw();
  }
}

describe.skipIf(!hasRedis)("any mix of requests, outages and reloads on two gateways", () => {
  it.each(["local", "closed", "open"])(
    "leaves nothing behind, with on_failure %s",
    { timeout: 240_000 },
    async (mode) => {
      const all = configs(mode);
      const world = await startWorld(all[1] ?? {});
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(STEP, fc.constantFrom(0, 0, 1, 5, 40)), { minLength: 5, maxLength: 40 }),
          async (steps) => {
            const mix = new Mix(world, all);
            for (const [step, pause] of steps) {
              await mix.do(step);
              if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
            }
            await mix.end();
          },
        ),
        { numRuns: 12, endOnFailure: true },
      );
    },
  );
});
