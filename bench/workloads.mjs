// Lists the workloads as data: what each one measures. The aims are in `aims.mjs`.

/**
 * One figure of a workload.
 * @typedef {object} Figure
 * @property {string} key name of the figure in the output of the load
 * @property {string} title
 * @property {boolean} [more] true if a higher value is better
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

/**
 * What each part of the bench gets: the upstream, a folder for files, where to report, and where to put the figures.
 * `before` is the folder of another build of the gateway.
 * @typedef {object} Run
 * @property {number} upstreamPort
 * @property {string} dir
 * @property {Size} size
 * @property {string | undefined} before
 * @property {import("./report.mjs").Report} report
 * @property {import("./judge.mjs").Results} results
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
      { key: "cpuPerRequest", title: "CPU µs/request" },
      { key: "perSecond", title: "requests/s", more: true },
      { key: "p50", title: "p50 ms" },
      { key: "p99", title: "p99 ms" },
      { key: "p99OfAll", title: "p99 ms of all windows" },
    ],
  },
  {
    id: "w2",
    title: "W2: 200 SSE streams of 100 events, 20 ms apart",
    load: "paced",
    settings: () => ({ answer: "paced" }),
    rounds: (size) => size.rounds ?? (size.quick ? 3 : 7),
    figures: [
      { key: "cpuPerEvent", title: "CPU µs/event" },
      { key: "joined", title: "events joined" },
      { key: "firstByteP50", title: "first byte p50 ms" },
      { key: "firstByteP99", title: "first byte p99 ms" },
      { key: "firstByteP99OfAll", title: "first byte p99 ms of all windows" },
    ],
  },
  {
    id: "w3",
    title: "W3: one SSE stream of 200,000 events at once",
    load: "burst",
    settings: () => ({}),
    rounds: (size) => size.rounds ?? (size.quick ? 3 : 7),
    figures: [
      { key: "megabytesPerSecond", title: "MB/s", more: true },
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
    figures: [{ key: "kilobytesPerStream", title: "KB/stream" }],
  },
  {
    id: "w5",
    title: "W5: 64 MB bodies, the far side slow",
    load: "large",
    settings: () => ({}),
    rounds: (size) => (size.quick ? 1 : 3),
    fresh: true,
    figures: [
      { key: "down", title: "growth MB down" },
      { key: "up", title: "growth MB up" },
    ],
  },
  {
    id: "w5-cpu",
    title: "W5: 64 MB bodies, nobody is slow",
    load: "fullSpeed",
    settings: () => ({}),
    rounds: (size) => size.rounds ?? (size.quick ? 3 : 7),
    figures: [
      { key: "cpuUp", title: "CPU ms up" },
      { key: "cpuDown", title: "CPU ms down" },
    ],
  },
];

/** @param {string} id @returns {Workload} */
export function workloadOf(id) {
  const workload = WORKLOADS.find((one) => one.id === id);
  if (workload === undefined) throw new Error(`no workload ${id}`);
  return workload;
}

/**
 * Compares the gateway with itself on W1, with one feature changed.
 * @typedef {object} Comparison
 * @property {string} title
 * @property {import("./gateway-config.mjs").Features} with
 * @property {import("./gateway-config.mjs").Features} without
 */

/** @type {readonly Comparison[]} */
export const COMPARISONS = [
  { title: "10,000 routes : 10 routes", with: { routes: 10_000 }, without: { routes: 10 } },
  { title: "10,000 clients : 10 clients", with: { clients: 10_000 }, without: { clients: 10 } },
  { title: "a client with scope and limits : a token", with: { clients: 10 }, without: {} },
  { title: "limits with free slots : no limits", with: {}, without: { limits: false } },
  { title: "log line per request : none", with: {}, without: { logging: false } },
  { title: "log and metrics : neither", with: {}, without: { logging: false, metrics: false } },
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

/**
 * What usage metering is measured on. All lanes get the same responses.
 * @type {readonly { title: string, id: string, answer?: string, budgets?: boolean }[]} `answer`: of the mock
 */
export const USAGE = [
  { title: "W1", id: "w1", budgets: true },
  { title: "W2, usage at the end", id: "w2", answer: "paced" },
  { title: "W2, asked for usage: null in the other events", id: "w2", answer: "nulls" },
  { title: "W2, running totals in each event", id: "w2", answer: "totals" },
  { title: "W4", id: "w4" },
];

/** What is counted in Redis. @type {readonly { title: string, features: import("./gateway-config.mjs").Features }[]} */
export const REDIS_LIMITS = [
  { title: "rate, in flight", features: {} },
  { title: "clients, budgets", features: { clients: 10, usage: true, budgets: true } },
];
