// Looks into the Redis of a test: all that is stored there, and what is used and held.

import type { TestRedis } from "../support/redis.ts";
import { eventually } from "./patience.ts";

/**
 * All keys with all that they hold, in an order that does not change. The ends of leases are left out: they are renewed all the time. So is the
 * key that a gateway tries its connection with.
 */
const DUMP = `
local keys, out = redis.call('KEYS', '*'), {}
table.sort(keys)
for _, key in ipairs(keys) do if string.sub(key, -6) ~= ':trial' then
  local kind, parts = redis.call('TYPE', key).ok, {}
  if kind == 'hash' then
    local read = redis.call('HGETALL', key)
    for i = 1, #read, 2 do parts[#parts + 1] = read[i] .. ':' .. read[i + 1] end
  elseif kind == 'zset' then parts = redis.call('ZRANGE', key, 0, -1)
  else parts = {redis.call('GET', key)} end
  table.sort(parts)
  out[#out + 1] = key .. ' = ' .. table.concat(parts, ' | ')
end end
return table.concat(out, '\\n')`;

export function dump(redis: TestRedis): string {
  return redis.cli("EVAL", DUMP, "0");
}

/** What a client has used in all time, in tokens and in ticks. */
export function usedOf(redis: TestRedis, client: string): { readonly tokens: number; readonly ticks: number } {
  const [tokens = "", ticks = ""] = redis.cli("HMGET", `ai-gw-lite:{client:${client}}:usage`, "tt", "tu").split("\n");
  return { tokens: Number(tokens), ticks: Number(ticks) };
}

/** Slots whose leases have ended stay in their set until their places are needed. */
const HELD = `
local time, held = redis.call('TIME'), {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  if string.find(key, ':slots$') and redis.call('ZCOUNT', key, time[1] * 1000, '+inf') > 0 then held[#held + 1] = key end
  if string.find(key, ':held$') then held[#held + 1] = key end
end
return table.concat(held, '\\n')`;

/** The keys of slots and reservations that hold something. */
export function heldKeys(redis: TestRedis): string[] {
  const keys = redis.cli("EVAL", HELD, "0");
  return keys === "" ? [] : keys.split("\n");
}

/** Waits until no exchange holds anything. */
export function untilIdle(redis: TestRedis): Promise<void> {
  return eventually(
    () => `nothing to be held in Redis; ${dump(redis)}`,
    () => heldKeys(redis).length === 0,
  );
}

/** The names of the processes that have slots. Ids begin with the name of their process. */
export function holders(redis: TestRedis): string[] {
  const ids = heldKeys(redis)
    .filter((key) => key.endsWith(":slots"))
    .flatMap((key) => redis.cli("ZRANGE", key, "0", "-1").split("\n"));
  return [...new Set(ids.map(processOf))];
}

/** Ends the leases of a process, as if they had not been renewed for 30 s. @returns how many */
export function endLeases(redis: TestRedis, process: string): number {
  let ended = 0;
  for (const key of heldKeys(redis).filter((name) => name.endsWith(":slots"))) {
    const ids = redis
      .cli("ZRANGE", key, "0", "-1")
      .split("\n")
      .filter((id) => processOf(id) === process);
    if (ids.length > 0) redis.cli("ZADD", key, ...ids.flatMap((id) => ["1", id]));
    ended += ids.length;
  }
  return ended;
}

function processOf(id: string): string {
  return id.slice(0, id.lastIndexOf("-"));
}
