// The script that takes back an admission of which it is not known whether it ran, and keeps it from running later.

import type { Script } from "../redis-link.ts";
import { RESERVATIONS, SUMS_FIELD } from "./parts/reservations.ts";

/** How long the mark stays that keeps an admission from running, ms. */
const MARK_MS = 60_000;

/**
 * Keys: the subject's minute, slots, held, the mark; then further sets of slots.
 * Arguments: id, route or "", 1 where the subject's rate is limited, 1 where tokens are reserved.
 */
export const UNDO: Script = {
  name: "undo",
  lua: `
${RESERVATIONS}
local minuteKey, slots, held, mark = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, route, isRated, isReserved = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4] == '1'

-- All reads come before the first write.
local counted = redis.call('HMGET', minuteKey, 'i' .. id, 'n', 't', 'r' .. route)
local reserved = redis.call('HMGET', held, id, '${SUMS_FIELD}')
local found = redis.call('ZSCORE', slots, id) or counted[1] or reserved[1]
for i = 5, #KEYS do found = redis.call('ZSCORE', KEYS[i], id) or found end
local back, backTicks, day
if reserved[1] then back, backTicks, day = readReservation(reserved[1]) end

if not found then
  redis.call('SET', mark, '1', 'PX', ${MARK_MS})
  return
end
if counted[1] then
  redis.call('HDEL', minuteKey, 'i' .. id)
  local function takeBack(field, count, amount)
    redis.call('HSET', minuteKey, field, math.max(0, (tonumber(count) or 0) - amount))
  end
  if isRated then takeBack('n', counted[2], 1) end
  if isReserved then takeBack('t', counted[3], tonumber(counted[1]) or 0) end
  if route ~= '' then takeBack('r' .. route, counted[4], 1) end
end
if reserved[1] then
  local sums = readSums(reserved[2])
  addToSums(sums, day, -back, -backTicks)
  redis.call('HDEL', held, id)
  writeSums(held, sums)
end
redis.call('ZREM', slots, id)
for i = 5, #KEYS do redis.call('ZREM', KEYS[i], id) end
`,
};
