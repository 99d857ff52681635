// Works out what a Redis sees of many gateways, from the measured costs of single calls. Pure.

/** How often a gateway renews what it holds, and how many slots one call renews. */
const RENEWED_EVERY_S = 10;
const SLOTS_PER_CALL = 200;
/** How often a process asks again for a slot of an upstream that was full. */
const PROBES_PER_SECOND = 20;

/**
 * What one admitted exchange costs Redis, from its admission to its end. CPU in µs.
 * @typedef {{ cpu: number, scripts: number, bytesIn: number, bytesOut: number, slots: number }} ExchangeCost
 */

/**
 * @typedef {object} Fleet
 * @property {number} gateways processes that serve, each with a connection of its own
 * @property {number} perSecond requests of each gateway
 * @property {number} seconds how long a request is in flight
 * @property {number} clients how many clients each gateway has requests of at any time
 * @property {number} fullGates upstreams that are full and waited for, for each gateway
 */

/**
 * @param {Fleet} fleet
 * @param {{ exchange: ExchangeCost, slotCpu: number, slotBytes: number, probeCpu: number }} cost `slot…`: to renew one slot
 */
export function forecast(
  { gateways, perSecond, seconds, clients, fullGates },
  { exchange, slotCpu, slotBytes, probeCpu },
) {
  const exchanges = gateways * perSecond;
  const inFlight = exchanges * seconds;
  const slots = (inFlight * exchange.slots) / RENEWED_EVERY_S;
  const mine = perSecond * seconds;
  // Those of all requests, those of an upstream, and those of each client.
  const sets = Math.ceil(mine / SLOTS_PER_CALL) * 2 + clients * Math.ceil(mine / clients / SLOTS_PER_CALL);
  const renewals = exchange.slots === 0 ? 0 : (gateways * sets) / RENEWED_EVERY_S;
  const probes = exchange.slots === 0 ? 0 : gateways * fullGates * PROBES_PER_SECOND;
  const cpu = exchanges * exchange.cpu + slots * slotCpu + probes * probeCpu;
  return {
    calls: exchanges * exchange.scripts + renewals + probes,
    renewals,
    probes,
    megabytesIn: (exchanges * exchange.bytesIn + slots * slotBytes) / 1e6,
    megabytesOut: (exchanges * exchange.bytesOut) / 1e6,
    /** Of one core, in percent. */
    core: cpu / 1e4,
    connections: gateways,
    /** Exchanges per second at which one core of Redis is full. */
    end: (1e6 * exchanges) / cpu,
  };
}
