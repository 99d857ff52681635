// Opens a link to Redis for a test, records what it tells, and times its calls.

import { performance } from "node:perf_hooks";
import { onTestFinished } from "vitest";
import { Secret } from "../../src/plan/secret.ts";
import type { RedisSpec } from "../../src/plan/shared-state.ts";
import { openRedisLink } from "../../src/runtime/limits/redis/open-link.ts";
import { type LinkTimes, RedisAway, type RedisLink, type Script } from "../../src/runtime/limits/redis/redis-link.ts";
import { until } from "./deadline.ts";

export interface RecordedLink {
  readonly link: RedisLink;
  /** `up`, `away: CAUSE`, `still away: CAUSE` and `refused: CAUSE`, in order. */
  readonly told: readonly string[];
  /** How long it took until the link was returned, ms. */
  readonly openedAfter: number;
  /** Waits until `up` was told so often. */
  ups(count: number): Promise<void>;
  aways(count: number): Promise<void>;
}

export interface TimedCall {
  /** `undefined`: it failed. */
  readonly value: unknown;
  readonly error: RedisAway | undefined;
  readonly ms: number;
}

/** Short waits, so that a test does not last. */
const TIMES: Partial<LinkTimes> = { firstWait: 20, longestWait: 100 };

function redisSpec(url: string, more: Partial<RedisSpec> = {}): RedisSpec {
  return { url: new Secret(url), keyPrefix: "test:", timeoutMs: 5000, onFailure: "local", ...more };
}

/** For tests in which the time of a call runs out. Others have so long a time that no busy machine uses it up. */
export const QUICK = { timeoutMs: 250 };

/** The link is closed when the test has finished. */
export async function recordedLink(
  url: string,
  more: Partial<RedisSpec> = {},
  times: Partial<LinkTimes> = TIMES,
): Promise<RecordedLink> {
  const told: string[] = [];
  const count = (what: string): number => told.filter((text) => text.startsWith(what)).length;
  const began = performance.now();
  const link = await openRedisLink(
    redisSpec(url, more),
    {
      onUp: () => told.push("up"),
      onAway: (cause) => told.push(`away: ${cause}`),
      onStillAway: (cause) => told.push(`still away: ${cause}`),
      onRefused: (cause) => told.push(`refused: ${cause}`),
    },
    times,
  );
  const openedAfter = performance.now() - began;
  onTestFinished(() => link.close());
  return {
    link,
    told,
    openedAfter,
    ups: (wanted) => until(`${wanted} times up; told ${told.join(", ")}`, () => count("up") >= wanted),
    aways: (wanted) => until(`${wanted} times away`, () => count("away") >= wanted),
  };
}

/** Counts a key up, by itself the whole script. */
export const COUNT: Script = { name: "count", lua: "return redis.call('incr', KEYS[1])" };

/** Makes a call. @throws what is not a `RedisAway` */
export async function timed(
  link: RedisLink,
  script: Script = COUNT,
  keys: readonly string[] = ["test:n"],
): Promise<TimedCall> {
  const began = performance.now();
  try {
    const value = await link.run(script, keys, []);
    return { value, error: undefined, ms: performance.now() - began };
  } catch (error) {
    if (!(error instanceof RedisAway)) throw error;
    return { value: undefined, error, ms: performance.now() - began };
  }
}
