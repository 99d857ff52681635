// The scripts that take, give back and renew slots.

import type { Script } from "../redis-link.ts";
import { CLOCK, LEASES } from "./parts/clock.ts";
import { RESERVATIONS, SUMS_FIELD } from "./parts/reservations.ts";
import { SLOTS } from "./parts/slots.ts";

/** Key: the set. Arguments: id, limit. Returns 1 if there was a slot, or if it has one already. */
export const ENTER: Script = {
  name: "enter",
  lua: `
${CLOCK}${LEASES}${SLOTS}
local now, max = clock(), tonumber(ARGV[2])
local ends = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0)
local count = ends > now or countIfRoom(KEYS[1], max, now)
if not count then return 0 end
takeSlot(KEYS[1], ARGV[1], now, count == 0)
return 1
`,
};

/** Key: the set. Argument: id. */
export const LEAVE: Script = { name: "leave", lua: "redis.call('ZREM', KEYS[1], ARGV[1])" };

/** Key: the set. Arguments: ids. */
export const RENEW: Script = {
  name: "renew",
  lua: `
${CLOCK}${LEASES}
local now = clock()
local leases = {}
for _, id in ipairs(ARGV) do
  leases[#leases + 1] = now + LEASE
  leases[#leases + 1] = id
end
redis.call('ZADD', KEYS[1], unpack(leases))
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
keep(KEYS[1], true, now)
`,
};

/**
 * Keys: the subject's slots, held. Arguments: id, then day, tokens, ticks of what is reserved, or "" three times, for each slot.
 * A reservation that is not there is made again. It is not counted in a minute again.
 */
export const RENEW_SUBJECT: Script = {
  name: "renewSubject",
  lua: `
${CLOCK}${LEASES}${RESERVATIONS}
local slots, held = KEYS[1], KEYS[2]
local now = clock()
local ids, leases = {}, {}
for i = 1, #ARGV, 4 do
  ids[#ids + 1] = ARGV[i]
  leases[#leases + 1] = now + LEASE
  leases[#leases + 1] = ARGV[i]
end
local known = redis.call('HMGET', held, '${SUMS_FIELD}', unpack(ids))
local sums, added = readSums(known[1]), {}
for i, id in ipairs(ids) do
  local day, tokens, ticks = tonumber(ARGV[4 * i - 2]), tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
  if day and not known[i + 1] then
    addToSums(sums, day, tokens, ticks)
    added[#added + 1] = id
    added[#added + 1] = reservation(tokens, ticks, day)
  end
end
redis.call('ZADD', slots, unpack(leases))
keep(slots, true, now)
if #added > 0 then redis.call('HSET', held, '${SUMS_FIELD}', textOfSums(sums), unpack(added)) end
keep(held, true, now)
prune(slots, held, now)
`,
};
