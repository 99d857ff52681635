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

/** Keys with leases end by themselves some time after their last lease. */
export const LEASES = `
local LEASE = ${LEASE_MS}
local LEASES_TTL = ${2 * LEASE_MS}
`;
