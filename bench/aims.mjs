// Lists what the gateway should reach, as data. `judge.mjs` compares it with the figures of a run.

/**
 * A bound for one figure. `against` is the lane that the figure is divided by; without it, the figure itself is bounded.
 * @typedef {{ against?: string, atMost?: number, atLeast?: number }} Bound
 */

/**
 * @typedef {object} Aim
 * @property {string} what
 * @property {readonly string[]} from the part of the results that holds the windows
 * @property {string} figure name of the figure in a window
 * @property {boolean} [more] true if a higher figure is better
 * @property {string} [lane] the lane that is measured; default: the gateway
 * @property {string} [unit] of the figure, if it is not a ratio
 * @property {Bound} aim
 * @property {readonly Bound[]} [moonshot] all of them must be reached
 * @property {"best" | "all" | "added"} [counts] which value counts instead of the median of the windows. `best`: the best window,
 *   and bare http-proxy's if that is worse, for what a stall of the machine spoils. `all`: a quantile over the values of all windows together.
 *   `added`: the median of the differences to the lane `against`
 * @property {number} [times] the ratio is multiplied by this
 */

export const GATEWAY = "gateway";
export const BARE_NAME = "bare http-proxy";
/** The gateway of another revision, as `--against` and `--compare` name it. */
export const BEFORE = "before";

const CADDY = { against: "caddy", atMost: 1 };
/** @param {number} atMost */
const bare = (atMost) => ({ against: BARE_NAME, atMost });
/** The names that `workers.mjs` gives its lanes. */
export const WORKERS = { one: "one process", sameCore: "two workers, one core", spread: "two workers, two cores" };
/** What two workers do, compared with one process, if their CPU is all that limits them. */
const TWICE = { lane: WORKERS.one, times: 2, aim: { against: WORKERS.spread, atLeast: 1.8 } };
const TWICE_MOONSHOT = [{ against: WORKERS.spread, atLeast: 1.95 }];

/** Compares two builds or configs of the gateway on W1. @param {string} what @param {number} atMost @param {number} [moonshot] */
const compared = (what, atMost, moonshot) => ({
  what,
  from: ["features", what],
  lane: "with",
  figure: "cpuPerRequest",
  aim: { against: "without", atMost },
  ...(moonshot === undefined ? {} : { moonshot: [{ against: "without", atMost: moonshot }] }),
});

/** @param {string} what @param {string} row of `usage.mjs` */
const metered = (what, row) => ({
  what,
  from: ["usage", row],
  lane: "metered",
  figure: "cpuPerEvent",
  aim: { against: "off", atMost: 1.1 },
  moonshot: [{ against: "off", atMost: 1.05 }],
});

/** @param {string} what @param {string} lane of `startup.mjs` */
const started = (what, lane) => ({
  what,
  from: ["startup"],
  lane,
  figure: "ms",
  aim: { against: "node -e 0", atMost: 4 },
  moonshot: [{ against: "node -e 0", atMost: 3 }],
});

/** @type {readonly Aim[]} */
export const AIMS = [
  { what: "W1: CPU per request", from: ["w1"], figure: "cpuPerRequest", aim: bare(1), moonshot: [bare(0.85), CADDY] },
  {
    what: "W1: CPU per request of Portkey",
    from: ["w1"],
    lane: "portkey",
    figure: "cpuPerRequest",
    aim: { against: GATEWAY, atLeast: 12 },
  },
  { what: "W1: p99, 64 connections", from: ["w1"], figure: "p99", aim: bare(1), moonshot: [CADDY] },
  { what: "W2: CPU per event", from: ["w2"], figure: "cpuPerEvent", aim: bare(1), moonshot: [CADDY] },
  {
    what: "W2: events joined, of 20,000",
    from: ["w2"],
    figure: "joined",
    unit: "events",
    aim: { atMost: 0 },
    counts: "best",
  },
  {
    what: "W2: first byte p99",
    from: ["w2"],
    figure: "firstByteP99",
    aim: bare(1.3),
    moonshot: [bare(1)],
    counts: "all",
  },
  {
    what: "W3: MB/s",
    from: ["w3"],
    figure: "megabytesPerSecond",
    more: true,
    aim: { against: BARE_NAME, atLeast: 2.5 },
    moonshot: [{ against: BARE_NAME, atLeast: 4 }],
  },
  {
    what: "W4: memory per idle stream",
    from: ["w4"],
    figure: "kilobytesPerStream",
    aim: bare(0.8),
    moonshot: [{ against: "nginx", atMost: 1 }],
  },
  { what: "W5: CPU for 64 MB up", from: ["w5-cpu"], figure: "cpuUp", aim: bare(1), moonshot: [bare(0.8)] },
  { what: "W5: CPU for 64 MB down", from: ["w5-cpu"], figure: "cpuDown", aim: bare(1), moonshot: [bare(0.8)] },
  {
    what: "W5: growth, 64 MB up",
    from: ["w5"],
    figure: "up",
    unit: "MB",
    aim: { atMost: 10 },
    moonshot: [{ atMost: 5 }],
  },
  {
    what: "W5: growth, 64 MB down",
    from: ["w5"],
    figure: "down",
    unit: "MB",
    aim: { atMost: 10 },
    moonshot: [{ atMost: 5 }],
  },
  compared("10,000 routes : 10 routes", 1.05, 1),
  compared("10,000 clients : 10 clients", 1.03),
  compared("a client with scope and limits : a token", 1.05),
  compared("limits with free slots : no limits", 1.03, 1),
  compared("log line per request : none", 1.1),
  compared("log and metrics : neither", 1.1, 1.05),
  {
    what: "one upstream, no retry, no metering : a build before",
    from: ["pools"],
    lane: "one upstream",
    figure: "cpuPerRequest",
    aim: { against: BEFORE, atMost: 1 },
  },
  metered("usage metering, W2", "W2, usage at the end"),
  metered("usage metering, W2, asked for usage", "W2, asked for usage: null in the other events"),
  {
    what: "two workers : one process, W1",
    from: ["workers", "w1"],
    figure: "cpuPerRequest",
    ...TWICE,
    moonshot: TWICE_MOONSHOT,
  },
  {
    what: "two workers : one process, W2",
    from: ["workers", "w2"],
    figure: "cpuPerEvent",
    ...TWICE,
    moonshot: TWICE_MOONSHOT,
  },
  ...["rate, in flight", "clients, budgets"].map((limits) => ({
    what: `limits in Redis (${limits}): added p50`,
    from: ["redis", `${limits}, 1 connection`],
    lane: "Redis",
    figure: "p50",
    unit: "ms",
    aim: { against: "own memory", atMost: 0.5 },
    counts: /** @type {const} */ ("added"),
  })),
  started("start: check", "gateway: check"),
  started("start: serve to listening", "gateway: serve to listening"),
];
