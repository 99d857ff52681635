// A real Redis and some processes that share counts in it, for tests with a clock that can be set.

import { afterAll, beforeAll, beforeEach } from "vitest";
import { RedisCounts } from "../../src/runtime/limits/redis/redis-counts.ts";
import type { ChargeOwner } from "../../src/runtime/limits/shared/shared-counts.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { ScriptRunner } from "./redis-clock.ts";

/** A Friday. */
export const NOW = Date.parse("2026-11-27T12:00:10.500Z");

/** The day of `NOW`. */
export const TODAY = 20_784;

export const OWNER: ChargeOwner = { ledger: "ledger", run: "run", process: "1" };

export interface RedisScene {
  readonly server: TestRedis;
  readonly runner: ScriptRunner;
  /** The counts as a process sees them. */
  as(owner?: Partial<ChargeOwner>): RedisCounts;
}

/** Registers what starts and ends a Redis for the tests of a file. Each test begins with an empty one, at `NOW`. */
export function redisScene(): RedisScene {
  let server: TestRedis | undefined;
  let runner: ScriptRunner | undefined;
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error("Redis has not been started");
    return part;
  };
  beforeAll(async () => {
    server = await startRedis();
    runner = new ScriptRunner(server.port, "set");
  });
  afterAll(async () => {
    runner?.close();
    await server?.close();
  });
  beforeEach(async () => {
    await started(runner).redis.flushall();
    await started(runner).setClock(NOW);
  });
  return {
    get server() {
      return started(server);
    },
    get runner() {
      return started(runner);
    },
    as: (owner = {}) => new RedisCounts({ run: started(runner).run, keyPrefix: "t:", owner: { ...OWNER, ...owner } }),
  };
}
