// The script that gives back what an exchange held, and counts what it used.

import type { Script } from "../redis-link.ts";
import { CHARGES } from "./parts/charges.ts";
import { CLOCK } from "./parts/clock.ts";
import { PERIODS } from "./parts/periods.ts";
import { RESERVATIONS, SUMS_FIELD } from "./parts/reservations.ts";

/**
 * Keys: the subject's minute, slots, held, usage; then the slots of all requests, where the exchange has one.
 * Arguments: id, used tokens or ""; where something was charged also run, process, day, tokens, ticks.
 */
export const END: Script = {
  name: "end",
  lua: `
${CLOCK}${PERIODS}${RESERVATIONS}${CHARGES}
local minuteKey, slots, held, usage, downstream = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, used = ARGV[1], tonumber(ARGV[2])
local day, tokens, ticks = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

-- All reads come before the first write: a key of another type fails here. What is given back comes before what is added, so that
-- a Redis without memory does both: it refuses only the first write of a script.
local counted = redis.call('HMGET', minuteKey, 'i' .. id, 't')
local reserved = redis.call('HMGET', held, id, '${SUMS_FIELD}')
redis.call('ZSCORE', slots, id)
if downstream then redis.call('ZSCORE', downstream, id) end
local back, backTicks, backDay
if reserved[1] then back, backTicks, backDay = readReservation(reserved[1]) end
if day then redis.call('HGET', usage, 'p') end

redis.call('ZREM', slots, id)
if downstream then redis.call('ZREM', downstream, id) end
if reserved[1] then
  local sums = readSums(reserved[2])
  addToSums(sums, backDay, -back, -backTicks)
  redis.call('HDEL', held, id)
  writeSums(held, sums)
end
-- What is counted of the exchange in its minute is there until another minute begins.
if counted[1] then
  redis.call('HDEL', minuteKey, 'i' .. id)
  if used then redis.call('HSET', minuteKey, 't', math.max(0, (tonumber(counted[2]) or 0) + used - (tonumber(counted[1]) or 0))) end
end
if day then return charge(usage, ARGV[3], ARGV[4], floor(clock() / 86400000), day, tokens, ticks) end
`,
};
