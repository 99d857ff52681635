// The part of the scripts that counts charges. A process writes all that it has charged on a day so far, and what is new of it is
// added: so it can be written twice, late, or in any order.
//
// Fields of the hash: "PUD" with P = d, w, m or t (day, week, month, total), U = t or u (tokens, ticks of USD) and D = the first day
// of the period (none for the total); "cDAY.LEDGER.RUN.PROCESS": "tokens ticks" that a process has written for a day; "lLEDGER.RUN":
// the same for all processes of a run and all days; "p": the day on which old fields were removed last.

/** What is written for older days is ignored: nobody knows any more what was written for them before. */
const WRITTEN_DAYS = 64;

export const CHARGES = `
local function readPair(text)
  local tokens, ticks = string.match(text or '', '(%d+) (%d+)')
  return tonumber(tokens) or 0, tonumber(ticks) or 0
end

local function pair(tokens, ticks)
  return string.format('%.0f %.0f', tokens, ticks)
end

-- The largest whole number that Lua adds exactly.
local MOST = 9007199254740991

local function plus(text, added)
  return math.min(MOST, (tonumber(text) or 0) + added)
end

local function periodFields(day)
  local week, month = firstDay('w', day), firstDay('m', day)
  return 'dt' .. day, 'du' .. day, 'wt' .. week, 'wu' .. week, 'mt' .. month, 'mu' .. month
end

local function isTooOld(day, today)
  return day < today - ${WRITTEN_DAYS}
end

local function removeFields(usage, fields)
  for i = 1, #fields, 1000 do redis.call('HDEL', usage, unpack(fields, i, math.min(#fields, i + 999))) end
end

-- More days than necessary, so that a clock that was wrong for a few days does no harm.
local KEPT = {d = 8, w = 28, m = 100}

-- Removes fields that are too old. Totals of runs that have no other field any more are added up.
local function removeOld(usage, today)
  local fields = redis.call('HGETALL', usage)
  local old, runs, totals = {}, {}, {}
  for i = 1, #fields, 2 do
    local name = fields[i]
    local kind = string.sub(name, 1, 1)
    if kind == 'c' then
      local day, run = string.match(name, '^c(%d+)%.([^.]*%.[^.]*)%.')
      if day and tonumber(day) < today - ${WRITTEN_DAYS + 6} then old[#old + 1] = name
      elseif day then runs[run] = true end
    elseif kind == 'l' then
      totals[string.sub(name, 2)] = fields[i + 1]
    elseif KEPT[kind] then
      local day = tonumber(string.sub(name, 3))
      if day and day < today - KEPT[kind] then old[#old + 1] = name end
    end
  end
  local earlier = {}
  for run, text in pairs(totals) do
    local ledger = string.match(run, '^[^.]*%.')
    if ledger and run ~= ledger and not runs[run] then
      local tokens, ticks = readPair(text)
      local sums = earlier[ledger] or {readPair(totals[ledger])}
      earlier[ledger] = {plus(sums[1], tokens), plus(sums[2], ticks)}
      old[#old + 1] = 'l' .. run
    end
  end
  removeFields(usage, old)
  for ledger, sums in pairs(earlier) do redis.call('HSET', usage, 'l' .. ledger, pair(sums[1], sums[2])) end
  redis.call('HSET', usage, 'p', today)
end

-- Counts what is new of all that a process has charged on a day. Returns what was added, and what is used now,
-- as a text: ioredis reads an integer near 2^53 wrongly.
local function charge(usage, run, process, today, day, tokens, ticks)
  local written, total = 'c' .. day .. '.' .. run .. '.' .. process, 'l' .. run
  local dt, du, wt, wu, mt, mu = periodFields(day)
  local read = redis.call('HMGET', usage, 'p', written, total, dt, du, wt, wu, mt, mu, 'tt', 'tu')
  local knownTokens, knownTicks = readPair(read[2])
  local newTokens, newTicks = math.max(0, tokens - knownTokens), math.max(0, ticks - knownTicks)
  if isTooOld(day, today) then newTokens, newTicks = 0, 0 end
  local effect = {newTokens, newTicks}
  for i = 4, 11 do effect[i - 1] = plus(read[i], i % 2 == 0 and newTokens or newTicks) end
  if newTokens > 0 or newTicks > 0 then
    local totalTokens, totalTicks = readPair(read[3])
    redis.call('HSET', usage,
      written, pair(knownTokens + newTokens, knownTicks + newTicks),
      total, pair(plus(totalTokens, newTokens), plus(totalTicks, newTicks)),
      dt, effect[3], du, effect[4], wt, effect[5], wu, effect[6], mt, effect[7], mu, effect[8], 'tt', effect[9], 'tu', effect[10])
    if tonumber(read[1]) ~= today then removeOld(usage, today) end
  end
  return string.format('%.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f', unpack(effect))
end
`;
