// Lists the workloads as data: what each one measures, and the aims. `run.mjs` runs them.

/**
 * One figure of a workload.
 * @typedef {object} Figure
 * @property {string} key name of the figure in the output of the load
 * @property {string} title
 * @property {boolean} [more] true if a higher value is better
 * @property {number} [aim] the ratio to bare http-proxy that the gateway should reach
 * @property {number} [limit] the value that the gateway should reach
 * @property {boolean} [noisy] true if a stall of the machine shows in the figure. Then the best window counts, and the
 *   limit rises to the value of bare http-proxy if that is higher
 */

/**
 * @typedef {object} Workload
 * @property {string} id
 * @property {string} title
 * @property {string} load name of the workload in `load/main.mjs`
 * @property {(size: Size) => Record<string, number | string>} settings
 * @property {readonly Figure[]} figures the first one is the most reliable
 * @property {boolean} [fresh] true if each window needs a new process
 * @property {(size: Size) => number} rounds
 */

/**
 * How long the bench runs.
 * @typedef {{ quick: boolean, rounds?: number | undefined, seconds?: number | undefined }} Size
 */

/** @type {readonly Workload[]} */
export const WORKLOADS = [
  {
    id: "w1",
    title: "W1: POST 1 KB, get 1 KB of JSON, 64 kept connections",
    load: "small",
    settings: (size) => ({ warmMs: size.quick ? 400 : 700, windowMs: 1000 * (size.seconds ?? (size.quick ? 1 : 2.5)) }),
    rounds: (size) => size.rounds ?? (size.quick ? 3 : 7),
    figures: [
      { key: "cpuPerRequest", title: "CPU µs/request", aim: 1.1 },
      { key: "perSecond", title: "requests/s", more: true },
      { key: "p50", title: "p50 ms" },
      { key: "p99", title: "p99 ms" },
    ],
  },
  {
    id: "w2",
    title: "W2: 200 SSE streams of 100 events, 20 ms apart",
    load: "paced",
    settings: () => ({ answer: "paced" }),
    rounds: (size) => size.rounds ?? (size.quick ? 2 : 5),
    figures: [
      { key: "cpuPerEvent", title: "CPU µs/event", aim: 1.1 },
      { key: "joined", title: "events joined", limit: 0, noisy: true },
      { key: "firstByteP50", title: "first byte p50 ms" },
      { key: "firstByteP99", title: "first byte p99 ms", aim: 1.3 },
    ],
  },
  {
    id: "w3",
    title: "W3: one SSE stream of 200,000 events at once",
    load: "burst",
    settings: () => ({}),
    rounds: (size) => size.rounds ?? (size.quick ? 3 : 7),
    figures: [
      { key: "megabytesPerSecond", title: "MB/s", more: true, aim: 1.8 },
      { key: "cpuPerEvent", title: "CPU µs/event" },
    ],
  },
  {
    id: "w4",
    title: "W4: memory per idle open stream",
    load: "idle",
    settings: (size) => ({ streams: size.quick ? 1000 : 4500 }),
    rounds: (size) => (size.quick ? 1 : 3),
    fresh: true,
    figures: [{ key: "kilobytesPerStream", title: "KB/stream", aim: 0.8 }],
  },
  {
    id: "w5",
    title: "W5: 64 MB bodies, the far side slow",
    load: "large",
    settings: () => ({}),
    rounds: (size) => (size.quick ? 1 : 3),
    fresh: true,
    figures: [
      { key: "down", title: "growth MB down", limit: 25 },
      { key: "up", title: "growth MB up", limit: 25 },
    ],
  },
];

/**
 * Compares the gateway with itself on W1, with one feature changed.
 * @typedef {object} Comparison
 * @property {string} title
 * @property {import("./gateway-config.mjs").Features} with
 * @property {import("./gateway-config.mjs").Features} without
 * @property {number} aim the ratio of CPU per request
 */

/** @type {readonly Comparison[]} */
export const COMPARISONS = [
  { title: "10,000 routes : 10 routes", with: { routes: 10_000 }, without: { routes: 10 }, aim: 1.05 },
  { title: "10,000 clients : 10 clients", with: { clients: 10_000 }, without: { clients: 10 }, aim: 1.03 },
  { title: "a client with scope and limits : a token", with: { clients: 10 }, without: {}, aim: 1.05 },
  { title: "limits with free slots : no limits", with: {}, without: { limits: false }, aim: 1.03 },
  { title: "log line per request : none", with: {}, without: { logging: false }, aim: 1.1 },
  { title: "log and metrics : neither", with: {}, without: { logging: false, metrics: false }, aim: 1.1 },
];

/**
 * What retries and pools cost on W1. The first row is what the others are compared with.
 * @type {readonly { title: string, features: import("./gateway-config.mjs").Features }[]}
 */
export const POOLS = [
  { title: "one upstream", features: {} },
  { title: "one upstream, retry", features: { retry: true } },
  { title: "three, in_order", features: { pool: "in_order" } },
  { title: "three, round_robin", features: { pool: "round_robin" } },
  { title: "three, least_inflight", features: { pool: "least_inflight" } },
  { title: "three, sticky", features: { pool: "sticky" } },
];
