// Checks the counts that several processes share: that workers with limits have Redis, and the URL of Redis.

import { readable } from "../diagnostics/location.ts";
import { isLoopback, isPrivate } from "../lower/address.ts";
import { readRedisUrl } from "../lower/redis-url.ts";
import { quote } from "../schema/labels.ts";
import { eachLimit } from "./each-limit.ts";
import { misspells } from "./misspells.ts";
import { misreadSecret } from "./other-syntax.ts";
import type { Rule } from "./rule.ts";

const REDIS = ["state", "redis"];
const URL = [...REDIS, "url"];

/** How many limits are shown beside a finding. */
const SHOWN_LIMITS = 3;

/** Reports limits that each worker would count for itself (contract, section 16). */
const workersNeedRedis: Rule = (config, context) => {
  const { workers, state } = config;
  if (workers === 1 || state.redis !== undefined) return;
  // Redis is there, but at a wrong place or misspelt: that is reported already.
  if (context.keys(["state"]).length > 0 || context.written(["redis"]) || misspells([], ["state"], context)) return;
  const limits = [...eachLimit(config)];
  const [first] = limits;
  if (first === undefined) return;
  const others =
    limits.length === 1 ? "" : limits.length === 2 ? " and 1 more limit" : ` and ${limits.length - 1} more limits`;
  context.report({
    code: "rule/workers-need-redis",
    path: ["workers"],
    message: `each worker would count ${quote(readable(first))}${others} for itself: together they would let through several times as much`,
    help: "add `state.redis`, so that all workers count together, or write `workers: 1`",
    related: limits
      .slice(0, SHOWN_LIMITS)
      .map((path) => ({ path, message: "a limit that the workers would have to share" })),
  });
};

/** Reports a URL of Redis that can't be used. Nothing of it is shown, since it may hold a password. */
const redisUrl: Rule = ({ state: { redis } }, { report, literal }) => {
  if (redis === undefined) return;
  const read = readRedisUrl(redis.url);
  if (read.ok) return;
  // A reference of another tool is reported as such.
  const secret = { value: redis.url, path: URL, kind: "password", variable: "REDIS_URL" } as const;
  if (literal(URL) && misreadSecret(secret) !== undefined) return;
  report({ code: "rule/redis-url", path: URL, message: `"url" ${read.why}`, help: read.help });
};

/** Reports Redis in a config without limits: nothing is counted there. */
const redisUnused: Rule = (config, { report }) => {
  if (config.state.redis === undefined || !eachLimit(config).next().done) return;
  report({
    code: "rule/redis-unused",
    path: REDIS,
    at: "key",
    message: "Redis is not used: the config has no limit and no budget that could be counted there",
    help: "add a limit, or remove `state.redis`",
  });
};

/** Reports a password of Redis that is sent over a network that may not be private. */
const cleartextRedis: Rule = ({ state: { redis } }, { report }) => {
  const read = redis && readRedisUrl(redis.url);
  if (read?.ok !== true || read.tls || read.password === undefined || isNear(read.hostname)) return;
  report({
    code: "rule/cleartext-redis",
    path: URL,
    message: "the password of Redis is sent in clear text",
    help: "write `rediss://` if the server supports TLS, or use an address of a private network",
  });
};

/** Whether a host is this machine, or on a private network as far as its name tells: `redis` in a compose file, `redis.internal`. */
function isNear(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (isLoopback(name) || isPrivate(name)) return true;
  return !/[.:]/.test(name) || /\.(?:internal|local|lan|localdomain|home\.arpa|svc)$/.test(name);
}

export const SHARED_STATE_RULES: readonly Rule[] = [workersNeedRedis, redisUrl, redisUnused, cleartextRedis];
