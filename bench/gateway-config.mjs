// Writes the configs that the bench runs the gateway with: all features on, or one of them off.

export const TOKEN = "bench-token-0123456789";

/**
 * @typedef {object} Features
 * @property {boolean} [limits] rate limit and both in-flight limits, too high to refuse anything
 * @property {boolean} [logging] one line per exchange, written to a file
 * @property {boolean} [metrics] counters, histograms and the data of the summary
 * @property {number} [routes] number of routes; the load uses the last one
 * @property {boolean} [retry] failed requests may be sent again, so bodies are kept
 * @property {number} [clients] number of clients with two tokens, a scope of routes and both limits; the load is the last one.
 *   Without them, the token belongs to no client
 * @property {boolean} [usage] usage is metered, and written to a ledger
 * @property {boolean} [budgets] each of the clients has two budgets and a limit of tokens
 * @property {string} [redis] the URL of a Redis that keeps the counts
 * @property {number} [workers] number of processes that serve
 * @property {"in_order" | "round_robin" | "least_inflight" | "sticky"} [pool] three upstreams, and how one is chosen
 */

/**
 * @param {{ port: number, upstreamPort: number, dir: string }} where it listens, where its upstream does, and the folder for its files
 * @param {Features} [features]
 */
export function gatewayConfig({ port, upstreamPort, dir }, features = {}) {
  const {
    limits = true,
    logging = true,
    metrics = true,
    routes = 1,
    clients = 0,
    usage = false,
    budgets = false,
    redis,
    workers,
  } = features;
  const named = (/** @type {number} */ i) => (i === routes - 1 ? "last" : `r${i}`);
  return [
    `listen: 127.0.0.1:${port}`,
    "gateway_auth:",
    ...(clients === 0 ? [`  tokens: [${TOKEN}]`] : clientLines(clients, budgets)),
    "  token_sources: [{type: authorization_bearer}]",
    ...(limits ? LIMITS : []),
    ...(redis === undefined ? [] : [`state: {redis: {url: "${redis}", on_failure: closed, timeout_ms: 5000}}`]),
    ...(workers === undefined ? [] : [`workers: ${workers}`]),
    ...(usage ? [`usage: {enabled: true, ledger: {dir: ${dir}/usage}}`] : []),
    "observability:",
    `  logging: {level: ${logging ? "info" : "error"}, file: {enabled: false}}`,
    ...(metrics ? ["  metrics: {enabled: true, token: bench-metrics-token}"] : []),
    "routes:",
    ...Array.from({ length: routes }, (_, i) => route(named(i), upstreamPort, features)),
    "",
  ].join("\n");
}

/** @param {number} clients @param {boolean} budgets */
function clientLines(clients, budgets) {
  const tokens = budgets ? ", tokens_per_minute: 1000000000000" : "";
  const own = budgets ? ", budgets: [{per: day, usd: 800000}, {per: month, usd: 900000, tokens: 1000000000000}]" : "";
  const rows = Array.from({ length: clients }, (_, i) => {
    const token = i === clients - 1 ? TOKEN : `bench-token-of-client-${i}`;
    const limits = `rate_limit: {per_minute: 100000000${tokens}}, max_inflight: 100000${own}`;
    return `    - {id: client-${i}, tokens: [${token}, bench-second-token-${i}], routes: [last], ${limits}}`;
  });
  return ["  clients:", ...rows];
}

const LIMITS = [
  "rate_limit: {per_minute: 100000000}",
  "concurrency: {downstream_max_inflight: 100000, upstream_per_key_max_inflight: 100000}",
];

/** @param {string} name @param {number} upstreamPort @param {Features} features */
function route(name, upstreamPort, { retry = false, pool }) {
  return `  - id: ${name}
    prefix: /api/${name}
    upstream:
      base_url: http://127.0.0.1:${upstreamPort}/v1
      request_timeout_ms: 600000
      inject_headers: [{name: authorization, value: Bearer upstream-key-0123456789}, {name: x-org, value: bench}]
      remove_headers: [x-unwanted, cookie]
      user_agent: bench${retry ? "\n      retry: {}" : ""}${pool === undefined ? "" : poolOf(pool)}`;
}

/** @param {NonNullable<Features["pool"]>} pool */
function poolOf(pool) {
  const choice = pool === "sticky" ? "sticky: {by: client}" : `balance: ${pool}`;
  return `\n    ${choice}\n    upstreams: [{id: a}, {id: b}, {id: c}]`;
}

/** The path that the load sends through the last route. `{action}` says what the upstream should answer. */
export const LOAD_PATH = "/api/last/{action}";
