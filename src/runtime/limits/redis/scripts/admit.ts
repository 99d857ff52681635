// The script that decides all limits of a request at once, and counts it in all of them or in none.

import type { Script } from "../redis-link.ts";
import { CLOCK, LEASES } from "./parts/clock.ts";
import { PERIODS } from "./parts/periods.ts";
import { RESERVATIONS, SUMS_FIELD } from "./parts/reservations.ts";
import { SLOTS } from "./parts/slots.ts";

/**
 * Keys: the subject's minute, slots, held, usage, the mark of an undone admission; then, where they are limited, the slots of all
 * requests and those of the gate.
 * Arguments: id, route, and the limits: "" is no limit. The last ones are pairs: period and unit, limit.
 * Everything is read and decided before the first write. Only what has ended by itself is removed before.
 */
export const ADMIT: Script = {
  name: "admit",
  lua: `
${CLOCK}${LEASES}${PERIODS}${RESERVATIONS}${SLOTS}
local minuteKey, slots, held, usage, mark = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, route = ARGV[1], ARGV[2]
local routeRate, subjectRate = tonumber(ARGV[3]), tonumber(ARGV[4])
local downstreamMax, subjectMax, gateMax = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local tokens, ticks, tokenRate = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local downstream = downstreamMax and KEYS[6]
local gate = gateMax and KEYS[downstreamMax and 7 or 6]
local now = clock()
local minute, day = floor(now / 60000), floor(now / 86400000)

if redis.call('EXISTS', mark) == 1 then return {'undone'} end

local function limited(by)
  local seconds = math.ceil(((minute + 1) * 60000 - now) / 1000)
  return {'rate_limited', by, math.max(1, math.min(60, seconds))}
end

-- A clock that is set back a little goes on in the minute that it was in before. If it is set back further, that minute is forgotten.
local isNewMinute, counts = true, {}
local usesMinute = routeRate or subjectRate or tokens
if usesMinute then
  local read = redis.call('HMGET', minuteKey, 'm', 'n', 't', 'r' .. route)
  local stored = tonumber(read[1])
  if stored and stored >= minute and stored <= minute + 1 then
    minute, counts, isNewMinute = stored, read, false
  end
end
local subjectCount, tokenCount, routeCount = tonumber(counts[2]) or 0, tonumber(counts[3]) or 0, tonumber(counts[4]) or 0
if routeRate and routeCount >= routeRate then return limited('route') end
if subjectRate and subjectCount >= subjectRate then return limited('subject') end

if subjectMax or tokens then prune(slots, held, now) end

local sums
if tokens then
  local need = {t = math.max(1, tokens), u = math.max(1, ticks)}
  for i = 11, #ARGV, 2 do
    if need[string.sub(ARGV[i], 2)] > tonumber(ARGV[i + 1]) then return {'too_large', (i - 11) / 2} end
  end
  if tokenRate and need.t > tokenRate then return {'too_large', -1} end

  sums = readSums(redis.call('HGET', held, '${SUMS_FIELD}'))
  if #ARGV > 11 then
    local fields, firsts = {}, {}
    for i = 11, #ARGV, 2 do
      local per = string.sub(ARGV[i], 1, 1)
      firsts[per] = firsts[per] or firstDay(per, day)
      fields[#fields + 1] = ARGV[i] .. firsts[per]
    end
    local used = redis.call('HMGET', usage, unpack(fields))
    local longest, longestEnd
    for i = 11, #ARGV, 2 do
      local per, unit = string.sub(ARGV[i], 1, 1), string.sub(ARGV[i], 2)
      local sum = (tonumber(used[(i - 9) / 2]) or 0) + need[unit]
      for _, each in ipairs(sums) do
        if per == 't' or firstDay(per, each[1]) == firsts[per] then sum = sum + each[unit == 't' and 2 or 3] end
      end
      if sum > tonumber(ARGV[i + 1]) then
        local ends = endDay(per, day)
        if not longestEnd or ends > longestEnd then longest, longestEnd = (i - 11) / 2, ends end
      end
    end
    if longest then
      local seconds = -1
      if longestEnd < math.huge then seconds = math.max(1, math.ceil((longestEnd * 86400000 - now) / 1000)) end
      return {'budget_exceeded', longest, seconds, now}
    end
  end
  if tokenRate and tokenCount + need.t > tokenRate then return limited('tokens') end
end

if downstream and isFull(downstream, downstreamMax, now) then return {'full', 'downstream'} end
if subjectMax and redis.call('ZCARD', slots) >= subjectMax then return {'full', 'subject'} end
if gate and isFull(gate, gateMax, now) then return {'full', 'gate'} end

if usesMinute then
  if isNewMinute then redis.call('UNLINK', minuteKey) end
  local fields = {'m', minute, 'i' .. id, tokens or 0}
  if routeRate then
    fields[5], fields[6] = 'r' .. route, routeCount + 1
  end
  if subjectRate then
    fields[#fields + 1], fields[#fields + 2] = 'n', subjectCount + 1
  end
  if tokens then
    fields[#fields + 1], fields[#fields + 2] = 't', tokenCount + tokens
  end
  redis.call('HSET', minuteKey, unpack(fields))
  if isNewMinute then redis.call('PEXPIRE', minuteKey, 120000) end
end
if tokens then
  addToSums(sums, day, tokens, ticks)
  redis.call('HSET', held, id, reservation(tokens, ticks, day), '${SUMS_FIELD}', textOfSums(sums))
  redis.call('PEXPIRE', held, LEASES_TTL)
end
if subjectMax or tokens then takeSlot(slots, id, now) end
if downstream then takeSlot(downstream, id, now) end
if gate then takeSlot(gate, id, now) end
return {'admitted', now}
`,
};
