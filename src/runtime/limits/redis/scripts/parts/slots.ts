// The part of the scripts that counts slots of sets without reservations: those of all requests, and those of an upstream.

export const SLOTS = `
-- Slots whose leases have ended are removed only when there is no room otherwise, so there are never more of them than the limit.
local function isFull(slots, max, now)
  if redis.call('ZCARD', slots) < max then return false end
  redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
  return redis.call('ZCARD', slots) >= max
end

local function takeSlot(slots, id, now)
  redis.call('ZADD', slots, now + LEASE, id)
  redis.call('PEXPIRE', slots, LEASES_TTL)
end
`;
