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
  local pers, units, fields, firsts = {}, {}, {}, {}
  for i = 11, #ARGV, 2 do
    local per, unit = string.match(ARGV[i], '(.)(.)')
    if need[unit] > tonumber(ARGV[i + 1]) then return {'too_large', (i - 11) / 2} end
    firsts[per] = firsts[per] or firstDay(per, day)
    local bound = #fields + 1
    pers[bound], units[bound], fields[bound] = per, unit, ARGV[i] .. firsts[per]
  end
  if tokenRate and need.t > tokenRate then return {'too_large', -1} end

  sums = readSums(redis.call('HGET', held, '${SUMS_FIELD}'))
  if #fields > 0 then
    local used = redis.call('HMGET', usage, unpack(fields))
    local longest, longestEnd
    for i, per in ipairs(pers) do
      local sum = (tonumber(used[i]) or 0) + need[units[i]]
      for _, each in ipairs(sums) do
        if each[1] == day or firstDay(per, each[1]) == firsts[per] then sum = sum + each[units[i] == 't' and 2 or 3] end
      end
      if sum > tonumber(ARGV[10 + 2 * i]) then
        local ends = endDay(per, day)
        if not longestEnd or ends > longestEnd then longest, longestEnd = i - 1, ends end
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

local downstreamCount = downstream and countIfRoom(downstream, downstreamMax, now)
if downstream and not downstreamCount then return {'full', 'downstream'} end
local inFlight = subjectMax and redis.call('ZCARD', slots)
if subjectMax and inFlight >= subjectMax then return {'full', 'subject'} end
local gateCount = gate and countIfRoom(gate, gateMax, now)
if gate and not gateCount then return {'full', 'gate'} end

if usesMinute then
  -- Counts come first: a small hash is searched from its beginning.
  local fields = {}
  local function set(field, value)
    fields[#fields + 1] = field
    fields[#fields + 1] = value
  end
  if isNewMinute then
    redis.call('UNLINK', minuteKey)
    set('m', minute)
  end
  if subjectRate then set('n', subjectCount + 1) end
  if tokens then set('t', tokenCount + tokens) end
  if routeRate then set('r' .. route, routeCount + 1) end
  set('i' .. id, tokens or 0)
  redis.call('HSET', minuteKey, unpack(fields))
  if isNewMinute then redis.call('PEXPIRE', minuteKey, 120000) end
end
local isFirst = inFlight == 0 or (tokens and #sums == 0)
if tokens then
  addToSums(sums, day, tokens, ticks)
  redis.call('HSET', held, '${SUMS_FIELD}', textOfSums(sums), id, reservation(tokens, ticks, day))
  keep(held, isFirst, now)
end
if subjectMax or tokens then takeSlot(slots, id, now, isFirst) end
if downstream then takeSlot(downstream, id, now, downstreamCount == 0) end
if gate then takeSlot(gate, id, now, gateCount == 0) end
return {'admitted', now}
`,
};
