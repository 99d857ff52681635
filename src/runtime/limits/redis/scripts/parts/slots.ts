// The part of the scripts that counts slots of sets without reservations: those of all requests, and those of an upstream.

export const SLOTS = `
-- Slots whose leases have ended are removed only when there is no room otherwise, so there are never more of them than the limit.
-- Returns how many slots are taken, or nothing where none is free.
local function countIfRoom(slots, max, now)
  local count = redis.call('ZCARD', slots)
  if count >= max then
    redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
    count = redis.call('ZCARD', slots)
  end
  if count < max then return count end
end

local function takeSlot(slots, id, now, isFirst)
  redis.call('ZADD', slots, now + LEASE, id)
  keep(slots, isFirst, now)
end
`;
