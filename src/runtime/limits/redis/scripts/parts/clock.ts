// The part of the scripts that knows the time, and the limits that all scripts share.

/** How long a slot is held without being renewed, ms. */
export const LEASE_MS = 30_000;

/** Tests replace this one function, so that they can let days pass. */
export const CLOCK = `
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/** How long a key stays whose leases nobody gives back, removes or renews, ms. */
const LEASES_TTL_MS = 3_600_000;

/**
 * A key with leases must outlive them. Setting its time to live costs as much as taking a slot, so that time is long, and it is set
 * only with the first lease, with each renewal, and with about one in 16 of the other leases.
 */
export const LEASES = `
local LEASE = ${LEASE_MS}

local function keep(key, isFirst, now)
  if isFirst or now % 16 == 0 then redis.call('PEXPIRE', key, ${LEASES_TTL_MS}) end
end
`;
