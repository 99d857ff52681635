// The script that tells what a subject has used and reserved.

import type { Script } from "../redis-link.ts";
import { CLOCK } from "./parts/clock.ts";
import { PERIODS } from "./parts/periods.ts";
import { RESERVATIONS, SUMS_FIELD } from "./parts/reservations.ts";

/**
 * Keys: the subject's slots, held, usage. Returns the time, then used and reserved of each period and unit, as a text: ioredis reads an
 * integer near 2^53 wrongly.
 */
export const USED: Script = {
  name: "used",
  lua: `
${CLOCK}${PERIODS}${RESERVATIONS}
local slots, held, usage = KEYS[1], KEYS[2], KEYS[3]
local now = clock()
local day = floor(now / 86400000)
prune(slots, held, now)
local sums = readSums(redis.call('HGET', held, '${SUMS_FIELD}'))
local week, month = firstDay('w', day), firstDay('m', day)
local used = redis.call('HMGET', usage,
  'dt' .. day, 'du' .. day, 'wt' .. week, 'wu' .. week, 'mt' .. month, 'mu' .. month, 'tt', 'tu')
local answer = {now}
for i, per in ipairs({'d', 'w', 'm', 't'}) do
  local first = firstDay(per, day)
  local tokens, ticks = 0, 0
  for _, sum in ipairs(sums) do
    if firstDay(per, sum[1]) == first then tokens, ticks = tokens + sum[2], ticks + sum[3] end
  end
  answer[#answer + 1] = string.format('%.0f %.0f %.0f %.0f', tonumber(used[2 * i - 1]) or 0, tokens, tonumber(used[2 * i]) or 0, ticks)
end
return table.concat(answer, ' ')
`,
};
