// Compares two ways to share a limit per minute: to ask Redis for each request, and to lease blocks of the limit from it. A model in memory.

/**
 * How much a gateway takes when it has nothing left: always the same, or a share of what is left. Redis would know how many gateways there are.
 * @typedef {{ readonly fixed: number } | { readonly share: number }} BlockSize
 */

/**
 * @typedef {object} Minute
 * @property {number} limit requests per minute of all gateways
 * @property {number} requests that arrive in the minute
 * @property {number} gateways
 * @property {boolean} [uneven] half of the requests go to one gateway
 * @property {BlockSize} block `{ fixed: 1 }` asks for each request that may pass
 */

/**
 * Lets one minute pass. A gateway that was told that nothing is left does not ask again before the next minute.
 * @param {Minute} minute
 * @param {() => number} random from 0 up to 1
 * @returns {{ calls: number, admitted: number, early: number, unused: number, over: number }} `early`: refused at a moment when an exact
 *   count would have let it pass; `unused`: what these could have used to the end of the minute; `over`: admitted above the limit
 */
export function blockMinute({ limit, requests, gateways, uneven = false, block }, random) {
  const have = new Uint32Array(gateways);
  const isSpent = new Uint8Array(gateways);
  let left = limit;
  let calls = 0;
  let admitted = 0;
  let early = 0;
  for (let i = 0; i < requests; i++) {
    const at = uneven && random() < 0.5 ? 0 : Math.floor(random() * gateways);
    if (have[at] === 0 && isSpent[at] === 0) {
      const size = "fixed" in block ? block.fixed : Math.floor((left * block.share) / gateways);
      const taken = Math.min(left, Math.max(1, size));
      calls += 1;
      left -= taken;
      have[at] = taken;
      if (taken === 0) isSpent[at] = 1;
    }
    const mine = have[at] ?? 0;
    if (mine > 0) {
      have[at] = mine - 1;
      admitted += 1;
    } else if (admitted < limit) early += 1;
  }
  return { calls, admitted, early, unused: Math.min(limit, requests) - admitted, over: Math.max(0, admitted - limit) };
}

/** Numbers from 0 up to 1 that are the same in each run. @param {number} seed */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
