// Opens the limits that several processes share, where the config names a Redis. Only then the code for it is loaded.

import { performance } from "node:perf_hooks";
import { type Blueprint, clientsOf } from "../plan/blueprint.ts";
import type { RedisSpec } from "../plan/shared-state.ts";
import type { ClientBudgets } from "../plan/usage.ts";
import type { Budgets, RestoredUsage } from "./limits/budgets.ts";
import { wholeCharge } from "./limits/client-usage.ts";
import { RedisAway, type RedisLink } from "./limits/redis/redis-link.ts";
import { dayCharges } from "./limits/shared/day-charges.ts";
import { SharedBudgets } from "./limits/shared/shared-budgets.ts";
import type { ChargeEffect, ChargeOwner, EarlierCharges } from "./limits/shared/shared-counts.ts";
import { SharedLimits } from "./limits/shared/shared-limits.ts";
import { SharedWarnings } from "./limits/shared/shared-warnings.ts";
import type { StateNews } from "./limits/shared/state-news.ts";
import type { Log } from "./observe/logs/log.ts";
import { logBug } from "./observe/logs/log-bug.ts";
import type { SharedState } from "./observe/metrics/state-families.ts";
import { randomId } from "./workers/charge-owner.ts";

export interface SharedLimitsSource {
  readonly spec: RedisSpec;
  /** Those of this process. */
  readonly budgets: Budgets;
  /** What the ledger knew when the gateway started. */
  readonly restored: ReadonlyMap<string, RestoredUsage>;
  readonly owner: ChargeOwner;
  readonly news: StateNews;
  readonly log: Log;
}

/** The limits that several processes share, and what keeps them. */
export interface OpenSharedLimits {
  readonly limits: SharedLimits;
  readonly budgets: SharedBudgets;
  /** Uses the budgets of another blueprint. Resolves when what their clients have used is known to Redis, or Redis is away. */
  adopt(blueprint: Blueprint): Promise<void>;
  /** Whether Redis is used, and how many requests were decided without it. */
  state(): SharedState;
  /** Never throws. */
  close(): Promise<void>;
}

/** Resolves when Redis is used, or is away. Never throws: a gateway starts without its Redis. */
export async function openSharedLimits({
  spec,
  budgets,
  restored,
  owner,
  news,
  log,
}: SharedLimitsSource): Promise<OpenSharedLimits> {
  const [{ openRedisLink }, { RedisCounts }] = await Promise.all([
    import("./limits/redis/open-link.ts"),
    import("./limits/redis/redis-counts.ts"),
  ]);
  let limitsOfClients: ReadonlyMap<string, ClientBudgets> = new Map();
  const warnings = new SharedWarnings();
  const warn = (client: string, effect: ChargeEffect): void => {
    const own = limitsOfClients.get(client);
    if (own === undefined) return;
    for (const warning of warnings.of(client, own, effect)) log.warn({ ...warning }, "budget used");
  };
  let link: RedisLink | undefined;
  const counts = new RedisCounts({
    run: (...call) => link?.run(...call) ?? Promise.reject(new RedisAway("not connected yet", false)),
    keyPrefix: spec.keyPrefix,
    owner,
  });
  const limits = new SharedLimits({
    counts,
    onFailure: spec.onFailure,
    process: randomId(),
    earlier: earlierCharges(restored),
    monotonic: () => performance.now(),
    onCharged: warn,
    onBug: (err) => logBug(log, err),
  });
  const opened = await openRedisLink(spec, {
    onUp: () => {
      news.up();
      if (link !== undefined) void limits.connected();
    },
    onAway: (cause) => {
      limits.away();
      news.away(cause);
    },
    onStillAway: (cause) => news.stillAway(cause),
    onRefused: (cause) =>
      log.error(
        { cause, on_failure: spec.onFailure },
        "redis refuses a call: requests that need it are decided as if redis were away",
      ),
  });
  link = opened;
  if (opened.up) await limits.connected();
  return {
    limits,
    budgets: new SharedBudgets(budgets, limits, counts),
    adopt(blueprint) {
      limitsOfClients = limitedClients(blueprint);
      return limits.cover(limitsOfClients.keys());
    },
    state: () => ({ up: limits.usable, decidedAlone: limits.decidedAlone }),
    async close() {
      await limits.close();
      await opened.close();
    },
  };
}

/** The clients whose usage is limited, with their limits. */
function limitedClients(blueprint: Blueprint): ReadonlyMap<string, ClientBudgets> {
  const limited = clientsOf(blueprint).filter(
    ({ access: { tokensPerMinute, budgets } }) => tokensPerMinute !== undefined || budgets.length > 0,
  );
  return new Map(limited.map(({ id, access }) => [id, access]));
}

function earlierCharges(restored: ReadonlyMap<string, RestoredUsage>): ReadonlyMap<string, EarlierCharges> {
  return new Map(
    [...restored].map(([client, { total, days }]) => [client, { total: wholeCharge(total), days: dayCharges(days) }]),
  );
}
