// The part of the scripts that knows what is reserved. The hash of it has a field for each exchange, "tokens ticks day", and a
// field with the sums by day, "day tokens ticks …". Both end together, so they can't disagree.

/** No id of an exchange is named like that. */
export const SUMS_FIELD = "=sums";

export const RESERVATIONS = `
local function readSums(text)
  local sums = {}
  for day, tokens, ticks in string.gmatch(text or '', '(%d+) (%d+) (%d+)') do
    sums[#sums + 1] = {tonumber(day), tonumber(tokens), tonumber(ticks)}
  end
  return sums
end

local function addToSums(sums, day, tokens, ticks)
  for _, sum in ipairs(sums) do
    if sum[1] == day then
      sum[2] = math.max(0, sum[2] + tokens)
      sum[3] = math.max(0, sum[3] + ticks)
      return
    end
  end
  sums[#sums + 1] = {day, math.max(0, tokens), math.max(0, ticks)}
end

local function textOfSums(sums)
  local parts = {}
  for _, sum in ipairs(sums) do
    if sum[2] > 0 or sum[3] > 0 then parts[#parts + 1] = string.format('%.0f %.0f %.0f', sum[1], sum[2], sum[3]) end
  end
  return table.concat(parts, ' ')
end

local function writeSums(held, sums)
  local text = textOfSums(sums)
  if text == '' then redis.call('HDEL', held, '${SUMS_FIELD}') else redis.call('HSET', held, '${SUMS_FIELD}', text) end
end

local function readReservation(text)
  local tokens, ticks, day = string.match(text, '(%d+) (%d+) (%d+)')
  return tonumber(tokens), tonumber(ticks), tonumber(day)
end

local function reservation(tokens, ticks, day)
  return string.format('%.0f %.0f %.0f', tokens, ticks, day)
end

-- Removes leases that have ended, and gives back what is reserved by them.
local function prune(slots, held, now)
  while true do
    local ended = redis.call('ZRANGEBYSCORE', slots, '-inf', now, 'LIMIT', 0, 1000)
    if #ended == 0 then return end
    local read = redis.call('HMGET', held, '${SUMS_FIELD}', unpack(ended))
    local sums = readSums(read[1])
    for i = 2, #ended + 1 do
      if read[i] then
        local tokens, ticks, day = readReservation(read[i])
        addToSums(sums, day, -tokens, -ticks)
      end
    end
    redis.call('ZREM', slots, unpack(ended))
    if redis.call('HDEL', held, unpack(ended)) > 0 then writeSums(held, sums) end
    if #ended < 1000 then return end
  end
end
`;
