// The part of the scripts that knows when the periods of budgets begin: UTC days, weeks from Monday, calendar months (contract,
// section 12). It must agree with budget-period.ts.

export const PERIODS = `
local floor = math.floor

local function monthOf(day)
  local shifted = day + 719468
  local era = floor(shifted / 146097)
  local inEra = shifted - era * 146097
  local year = floor((inEra - floor(inEra / 1460) + floor(inEra / 36524) - floor(inEra / 146096)) / 365)
  local inYear = inEra - (365 * year + floor(year / 4) - floor(year / 100))
  local month = floor((5 * inYear + 2) / 153)
  return day - (inYear - floor((153 * month + 2) / 5))
end

local function firstDay(per, day)
  if per == 'd' then return day end
  if per == 'w' then return day - (day + 3) % 7 end
  if per == 'm' then return monthOf(day) end
  return ''
end

local function endDay(per, day)
  if per == 'd' then return day + 1 end
  if per == 'w' then return firstDay('w', day) + 7 end
  if per == 'm' then return monthOf(monthOf(day) + 32) end
  return math.huge
end
`;
