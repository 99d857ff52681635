// Kills Redis under the load of a gateway with two workers: every request is answered as `on_failure` says, it is told once, and the metrics of all
// workers are right, also when a worker has died meanwhile.

import { describe, expect, it } from "vitest";
import type { BuiltGateway } from "../support/built-gateway.ts";
import { total } from "../support/prometheus.ts";
import { hasRedis } from "../support/redis.ts";
import { workersOf } from "../support/worker-processes.ts";
import { USED_TOKENS } from "./held-upstream.ts";
import { eventually, TEST_MS } from "./patience.ts";
import { type Answer, askOne, ledgerSum, onlyGateway, startFleet } from "./real-fleet.ts";
import { untilIdle, usedOf } from "./redis-view.ts";
import { scrape } from "./scrape.ts";

const PASSED: Answer = { status: 200, code: undefined };

interface Case {
  readonly mode: string;
  /** What a request gets while Redis is away. */
  readonly away: Answer;
  /** How the line that tells it goes on. */
  readonly meanwhile: string;
}

const CASES: readonly Case[] = [
  { mode: "local", away: PASSED, meanwhile: "each worker enforces the limits by its own counts" },
  { mode: "closed", away: { status: 503, code: "state_unavailable" }, meanwhile: "requests with limits are refused" },
  { mode: "open", away: PASSED, meanwhile: "requests pass without limits" },
];

/** Clients that ask without a pause. */
class Clients {
  readonly answers: Answer[] = [];
  readonly #loops: Promise<unknown>;
  #over = false;

  constructor(port: number, count: number) {
    const loop = async (): Promise<void> => {
      while (!this.#over) this.answers.push(await askOne(port, "a"));
    };
    this.#loops = Promise.all(Array.from({ length: count }, loop));
  }

  reached(count: number): Promise<void> {
    return eventually(
      () => `${count} answers; ${this.answers.length}`,
      () => this.answers.length >= count,
    );
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#loops;
  }
}

const told = ({ lines }: BuiltGateway) =>
  lines.filter(({ msg }) => msg?.startsWith("redis")).map(({ level, msg, worker }) => ({ level, msg, worker }));

describe.skipIf(!hasRedis)("Redis that is killed under the load of two workers", () => {
  it.each(CASES)(
    "with on_failure: $mode",
    async ({ mode, away, meanwhile }) => {
      const limits =
        "rate_limit: {per_minute: 1000000}, max_inflight: 1000, budgets: [{per: total, tokens: 100000000}]";
      const fleet = await startFleet({
        workers: 2,
        clients: { a: limits },
        state: `timeout_ms: 500, on_failure: ${mode}`,
      });
      const { redis, upstream, ledgers } = fleet;
      const gateway = onlyGateway(fleet);
      upstream.release();
      const UP = { level: "info", msg: "redis is used: limits are counted there", worker: undefined };
      const AWAY = { level: "error", msg: `redis can't be used: meanwhile, ${meanwhile}`, worker: undefined };
      const fallbacks = async () => total(await scrape(gateway.port), "gateway_state_fallback_total");
      const isUp = async () => total(await scrape(gateway.port), "gateway_state_up");
      expect(await isUp()).toBe(1);

      const clients = new Clients(gateway.port, 16);
      await clients.reached(100);
      await redis.kill();
      await gateway.logged(({ msg }) => msg === AWAY.msg);
      await clients.reached(clients.answers.length + 200);
      await clients.stop();
      const others = clients.answers.filter(({ status }) => status !== 200);
      if (away === PASSED) expect(others).toEqual([]);
      else {
        expect(new Set(others.map(({ code }) => code))).toEqual(new Set([away.code]));
        expect(await fallbacks()).toBe(others.length);
      }
      expect(await isUp()).toBe(0);

      // From here on, each request is decided without Redis.
      let known = await fallbacks();
      expect(await Promise.all(fleet.ask(40, "a"))).toEqual(Array(40).fill(away));
      expect(await fallbacks()).toBe(known + 40);
      known += 40;

      // What a dead worker has counted stays.
      const from = gateway.lines.length;
      process.kill(workersOf(gateway.pid)[0] ?? 0, "SIGKILL");
      await eventually(
        () => "a worker in place of the killed one",
        () => gateway.lines.slice(from).some(({ msg }) => msg === "worker serves"),
      );
      expect(await Promise.all(fleet.ask(20, "a"))).toEqual(Array(20).fill(away));
      expect(await fallbacks()).toBe(known + 20);
      expect(await isUp()).toBe(0);
      expect(told(gateway)).toEqual([UP, AWAY]);

      await redis.restart();
      await eventually(
        () => "Redis to be used again",
        async () => (await isUp()) === 1,
      );
      expect(await Promise.all(fleet.ask(20, "a"))).toEqual(Array(20).fill(PASSED));
      expect(await fallbacks()).toBe(known + 20);
      expect(told(gateway)).toEqual([UP, AWAY, UP]);
      await untilIdle(redis);

      // Nothing that was charged meanwhile is lost, also by the worker that was killed.
      gateway.kill("SIGTERM");
      expect(await gateway.ended).toBe(0);
      expect(usedOf(redis, "a")).toEqual(ledgerSum(ledgers, "a"));
      expect(usedOf(redis, "a").tokens).toBe(upstream.arrived * USED_TOKENS);
    },
    TEST_MS,
  );
});
