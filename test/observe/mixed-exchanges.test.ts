// Checks that the metrics agree with the counts of the upstream and of the clients, after 5,000 exchanges of all kinds,
// aborts and errors included, during which the metrics are scraped.

import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { expect, it } from "vitest";
import { TOKEN } from "../support/config.ts";
import { promtoolComplaints, type Sample, samplesOf, total, totalsBy } from "../support/prometheus.ts";
import { randomFrom } from "../support/random.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { closedPort, type UpstreamHandler } from "../support/upstream.ts";

const EXCHANGES = 5000;
const AT_ONCE = 40;
const METRICS_TOKEN = "metrics-token-51d0";
const SEED = 20_261_123;

/** How often each kind of exchange occurs, and how the metrics must count it. */
const KINDS = {
  json: { weight: 40, method: "POST", outcome: "success", status: "2xx" },
  get: { weight: 10, method: "GET", outcome: "success", status: "2xx" },
  sse: { weight: 12, method: "POST", outcome: "success", status: "2xx" },
  missing: { weight: 5, method: "DELETE", outcome: "success", status: "4xx" },
  broken: { weight: 5, method: "PUT", outcome: "success", status: "5xx" },
  cut: { weight: 4, method: "GET", outcome: "upstream_aborted", status: "2xx" },
  reset: { weight: 4, method: "GET", outcome: "upstream_request_failed", status: "5xx" },
  slow: { weight: 1, method: "GET", outcome: "upstream_timeout", status: "5xx" },
  refused: { weight: 3, method: "GET", outcome: "upstream_connect_error", status: "5xx" },
  leaveBody: { weight: 5, method: "POST", outcome: "client_closed", status: "2xx" },
  leaveHead: { weight: 4, method: "POST", outcome: "client_closed", status: "4xx" },
  stranger: { weight: 4, method: "GET", outcome: "unauthorized", status: "4xx" },
  nowhere: { weight: 3, method: "GET", outcome: "route_not_found", status: "4xx" },
} as const;

type Kind = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as Kind[];

const ROUTES: Partial<Record<Kind, string>> = { nowhere: "nowhere", refused: "dead", slow: "slow" };
const routeOf = (kind: Kind): string => ROUTES[kind] ?? "up";

const scene = setScene();

/** Counts the exchanges at the upstream. A request that is sent again after a stale connection counts once. */
class UpstreamCount {
  readonly arrived = new Map<Kind, Set<string>>(NAMES.map((kind) => [kind, new Set<string>()]));
  heads = 0;
  readonly waitingFor = new Map<string, () => void>();

  readonly handler: UpstreamHandler = (req, res) => {
    const kind = (req.url ?? "").slice(1) as Kind;
    const id = String(req.headers["x-request-id"]);
    this.arrived.get(kind)?.add(id);
    req.resume();
    req.once("end", () => this.#answer(kind, id, res));
  };

  of(kind: Kind): number {
    return this.arrived.get(kind)?.size ?? 0;
  }

  #answer(kind: Kind, id: string, res: Parameters<UpstreamHandler>[1]): void {
    if (kind === "reset") return void res.socket?.resetAndDestroy();
    if (kind === "leaveHead") this.waitingFor.get(id)?.();
    if (kind === "slow" || kind === "leaveHead") return;
    this.heads++;
    if (kind === "missing") return void res.writeHead(404).end("no");
    if (kind === "broken") return void res.writeHead(503).end("no");
    if (kind === "json" || kind === "get") return void res.end('{"ok":true}');
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: 1\n\n");
    if (kind === "sse") setImmediate(() => res.end("data: 2\n\n"));
    if (kind === "cut") setImmediate(() => res.destroy());
  }
}

/** The kinds in random order, the same in each run. */
function order(): Kind[] {
  const random = randomFrom(SEED);
  const bag = NAMES.flatMap((kind) => Array.from({ length: KINDS[kind].weight }, () => kind));
  return Array.from({ length: EXCHANGES }, () => bag[Math.floor(random() * bag.length)] as Kind);
}

interface Client {
  readonly port: number;
  readonly agent: Agent;
  readonly upstream: UpstreamCount;
}

/** Makes one exchange. Resolves when it has ended for the client, with a response or an error. */
function exchange({ port, agent, upstream }: Client, kind: Kind, id: string): Promise<void> {
  const { method } = KINDS[kind];
  const path = `/${routeOf(kind)}/${kind}`;
  const token = kind === "stranger" ? "somebody-elses" : TOKEN;
  const body = method === "POST" || method === "PUT" ? '{"model":"m"}' : "";
  const headers = { authorization: `Bearer ${token}`, "x-request-id": id, "content-length": String(body.length) };
  return new Promise((resolve) => {
    const req: ClientRequest = request({ port, host: "127.0.0.1", agent, method, path, headers });
    req.once("error", () => resolve());
    if (kind === "leaveHead") upstream.waitingFor.set(id, () => req.destroy());
    req.once("response", (res: IncomingMessage) => {
      res.once("error", () => resolve());
      res.once("close", () => resolve());
      if (kind === "leaveBody") res.once("data", () => req.destroy());
      else res.resume();
    });
    req.end(body);
  });
}

it(`the metrics agree with the upstream after ${EXCHANGES} mixed exchanges, scraped in the meantime`, async () => {
  const upstream = new UpstreamCount();
  const up = await scene.upstream(upstream.handler);
  const dead = await closedPort();
  const gateway = await scene.gateway({
    base: up.url,
    top: [`observability: {logging: {level: error}, metrics: {enabled: true, token: ${METRICS_TOKEN}}}`],
    more: [
      `  - {id: dead, prefix: /dead, upstream: {base_url: "http://127.0.0.1:${dead}"}}`,
      // Only this route has a short deadline, so that no other exchange runs into it on a busy machine.
      `  - {id: slow, prefix: /slow, upstream: {base_url: "${up.url}", request_timeout_ms: 300}}`,
    ],
  });
  const read = async (path: string) =>
    (await fetch(gateway.url + path, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })).text();

  const kinds = order();
  const client = { port: gateway.port, agent: new Agent({ keepAlive: true, maxSockets: AT_ONCE }), upstream };
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < kinds.length; i = next++) await exchange(client, kinds[i] as Kind, `x-${i}`);
  };
  const scrapes: string[] = [];
  let busy = true;
  const scraping = (async () => {
    while (busy) {
      scrapes.push(await read("/metrics"));
      await read("/metrics/summary");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  client.agent.destroy();
  await untilFree(gateway);
  busy = false;
  await scraping;

  const text = await read("/metrics");
  const samples = samplesOf(text);
  const sent = Object.fromEntries(NAMES.map((kind) => [kind, kinds.filter((each) => each === kind).length]));
  const count = (kind: Kind) => sent[kind] ?? 0;

  // The upstream's own count agrees with what was sent to it.
  const forwarded = NAMES.filter((kind) => !["refused", "stranger", "nowhere"].includes(kind));
  expect(Object.fromEntries(forwarded.map((kind) => [kind, upstream.of(kind)]))).toEqual(
    Object.fromEntries(forwarded.map((kind) => [kind, count(kind)])),
  );
  // Requests, by all their labels.
  const expected = new Map<string, number>();
  for (const kind of NAMES) {
    const { method, outcome, status } = KINDS[kind];
    const key = `${kind === "nowhere" ? "__unmatched__" : routeOf(kind)} ${method} ${outcome} ${status}`;
    expected.set(key, (expected.get(key) ?? 0) + count(kind));
  }
  const counted = samples
    .filter(({ name }) => name === "gateway_requests_total")
    .map(({ labels: l, value }) => [`${l["route_id"]} ${l["method"]} ${l["outcome"]} ${l["status_class"]}`, value]);
  expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(expected));
  expect(total(samples, "gateway_requests_total")).toBe(EXCHANGES);
  expect(total(samples, "gateway_request_duration_seconds_count")).toBe(EXCHANGES);
  // Durations at the upstream, by result.
  expect(totalsBy(samples, "gateway_upstream_duration_seconds_count", "result")).toEqual({
    success: upstream.heads,
    client_closed: count("leaveHead"),
    upstream_request_failed: count("reset"),
    upstream_timeout: count("slow"),
    upstream_connect_error: count("refused"),
  });
  expect(total(samples, "gateway_time_to_first_byte_seconds_count")).toBe(upstream.heads);
  expect(totalsBy(samples, "gateway_client_aborts_total", "phase")).toEqual({
    head: count("leaveHead"),
    body: count("leaveBody"),
  });
  for (const gauge of ["gateway_inflight_requests", "gateway_sse_streams_inflight", "gateway_upstream_queue_waiting"]) {
    expect([gauge, total(samples, gauge)]).toEqual([gauge, 0]);
  }

  // The summary shows the same counts.
  const summary = JSON.parse(await read("/metrics/summary"));
  const outcomes: Record<string, number> = totalsBy(samples, "gateway_requests_total", "outcome");
  expect(summary).toMatchObject({ total_requests_1h: EXCHANGES, outcomes_1h: outcomes, outcomes_24h: outcomes });
  for (const results of [summary.results_1h, summary.results_24h])
    expect(resultCounts(results)).toEqual(expectedResults(count));
  const { hour, day } = summary.series as Record<string, Record<string, number[]>>;
  const sum = (column: readonly number[] | undefined) => (column ?? []).reduce((all, value) => all + value, 0);
  for (const series of [hour, day]) {
    expect(sum(series?.["requests"])).toBe(EXCHANGES);
    expect(sum(series?.["client_closed"])).toBe(count("leaveHead") + count("leaveBody"));
    expect(sum(series?.["client_errors"])).toBe(count("missing") + count("stranger") + count("nowhere"));
    expect(sum(series?.["server_errors"])).toBe(
      count("broken") + count("cut") + count("reset") + count("slow") + count("refused"),
    );
  }
  expect(summary.tokens).toEqual([
    expect.objectContaining({ requests_24h: EXCHANGES - count("stranger") - count("nowhere") }),
  ]);
  expect(summary.limits.downstream_inflight_peak_24h).toBeGreaterThan(AT_ONCE / 4);
  expect(summary.limits.downstream_inflight_peak_24h).toBeLessThanOrEqual(AT_ONCE);

  // Prometheus' parser accepts the scrapes taken under load, and no counter ever went down.
  expect(scrapes.length).toBeGreaterThan(3);
  const checked = [scrapes[1], scrapes[Math.floor(scrapes.length / 2)], text];
  for (const scrape of checked) expect(await promtoolComplaints(scrape ?? "")).toEqual([]);
  const parsed = scrapes.map(samplesOf);
  for (const [i, later] of parsed.entries()) if (i > 0) expect(wentDown(parsed[i - 1] ?? [], later)).toEqual([]);
}, 120_000);

/** The counts of a list of results, by group and result. */
function resultCounts(rows: readonly { group: string; result: string; count: number }[]): Record<string, number> {
  return Object.fromEntries(rows.map(({ group, result, count }) => [`${group} ${result}`, count]));
}

/** How the summary must show the exchanges: those that the upstream answered by status, all others by outcome. */
function expectedResults(count: (kind: Kind) => number): Record<string, number> {
  return {
    "upstream 2xx": count("json") + count("get") + count("sse"),
    "upstream 4xx": count("missing"),
    "upstream 5xx": count("broken"),
    "gateway upstream_request_failed": count("reset"),
    "gateway upstream_timeout": count("slow"),
    "gateway upstream_connect_error": count("refused"),
    "gateway unauthorized": count("stranger"),
    "gateway route_not_found": count("nowhere"),
    "incomplete upstream_aborted": count("cut"),
    "incomplete client_closed": count("leaveBody") + count("leaveHead"),
  };
}

/** The counters of the gateway that are lower in the later scrape, or missing. */
function wentDown(before: readonly Sample[], after: readonly Sample[]): string[] {
  const key = ({ name, labels }: Sample) => `${name} ${JSON.stringify(labels)}`;
  const later = new Map(after.map((sample) => [key(sample), sample.value]));
  return before
    .filter(({ name }) => /^gateway_.*_(total|bucket|count|sum)$/.test(name))
    .filter((sample) => (later.get(key(sample)) ?? -1) < sample.value)
    .map(key);
}
