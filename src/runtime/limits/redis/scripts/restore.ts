// The script that makes sure that charges of earlier runs of a gateway, which its ledger knows, are counted.

import type { Script } from "../redis-link.ts";
import { CHARGES } from "./parts/charges.ts";
import { CLOCK } from "./parts/clock.ts";
import { PERIODS } from "./parts/periods.ts";

/**
 * Key: the subject's usage. Arguments: ledger, run, tokens and ticks of all time; then day, tokens, ticks of each day.
 * What all runs but the present one have written for a day must be at least what the ledger says. What is missing is added under a
 * run and a process without a name. The same holds for the total.
 */
export const RESTORE: Script = {
  name: "restore",
  lua: `
${CLOCK}${PERIODS}${CHARGES}
local usage, ledger, run = KEYS[1], ARGV[1] .. '.', ARGV[2]
local toldTokens, toldTicks = tonumber(ARGV[3]) + 0, tonumber(ARGV[4]) + 0
for i = 5, #ARGV do local _ = ARGV[i] + 0 end
local today = floor(clock() / 86400000)

local now, days, merged = {}, {}, {}
local totalTokens, totalTicks = 0, 0
local fields = redis.call('HGETALL', usage)
for i = 1, #fields, 2 do
  local name, value = fields[i], fields[i + 1]
  now[name] = value
  local day, writer, writerRun = string.match(name, '^c(%d+)%.([^.]*%.)([^.]*)%.')
  if writer == ledger and writerRun ~= run then
    local tokens, ticks = readPair(value)
    local known = days[day] or {0, 0}
    days[day] = {plus(known[1], tokens), plus(known[2], ticks)}
  end
  if string.sub(name, 1, 1 + #ledger) == 'l' .. ledger and name ~= 'l' .. ledger .. run then
    local tokens, ticks = readPair(value)
    totalTokens, totalTicks = plus(totalTokens, tokens), plus(totalTicks, ticks)
    if name ~= 'l' .. ledger then merged[#merged + 1] = name end
  end
end

local changed = {}
local function add(name, amount)
  changed[name] = plus(changed[name] or now[name], amount)
end
for i = 5, #ARGV, 3 do
  local day, tokens, ticks = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local known = days[ARGV[i]] or {0, 0}
  local newTokens, newTicks = math.max(0, tokens - known[1]), math.max(0, ticks - known[2])
  if not isTooOld(day, today) and (newTokens > 0 or newTicks > 0) then
    local dt, du, wt, wu, mt, mu = periodFields(day)
    add(dt, newTokens) add(wt, newTokens) add(mt, newTokens)
    add(du, newTicks) add(wu, newTicks) add(mu, newTicks)
    local restored = 'c' .. day .. '.' .. ledger .. '.'
    local before, beforeTicks = readPair(now[restored])
    changed[restored] = pair(before + newTokens, beforeTicks + newTicks)
  end
end
add('tt', math.max(0, toldTokens - totalTokens))
add('tu', math.max(0, toldTicks - totalTicks))
changed['l' .. ledger] = pair(math.max(toldTokens, totalTokens), math.max(toldTicks, totalTicks))

local written = {}
for name, value in pairs(changed) do
  written[#written + 1] = name
  written[#written + 1] = value
end
removeFields(usage, merged)
for i = 1, #written, 1000 do redis.call('HSET', usage, unpack(written, i, math.min(#written, i + 999))) end
if tonumber(now['p']) ~= today then removeOld(usage, today) end
`,
};
