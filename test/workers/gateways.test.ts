// Checks real gateways that have a primary: their requests are counted, metered and shown together, whichever of them is asked.

import { describe, expect, it, onTestFinished } from "vitest";
import type { Reply } from "../../src/plan/replies.ts";
import type { BuiltInRequest } from "../../src/runtime/endpoints/built-in.ts";
import { forwardedEndpoints } from "../../src/runtime/workers/forwarded-endpoints.ts";
import { compiled, startGateway, type TestGateway } from "../support/gateway.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { promtoolComplaints, samplesOf, total, totalsBy } from "../support/prometheus.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { METRICS_TOKEN, ownSamples, type PrimaryScene, primaryScene } from "./primary-scene.ts";

const scene = setScene();

interface Parts {
  readonly base: string;
  readonly dir?: string;
  readonly listen?: string;
  readonly routes?: string;
}

const BUDGETS = ", budgets: [{per: total, tokens: 100000}]";

const config = ({ base, dir, listen, routes = "" }: Parts) => `listen: 127.0.0.1:0
gateway_auth:
  clients:
    - {id: intern, tokens: [intern-token-4f1e], max_inflight: 50${dir === undefined ? "" : BUDGETS}}
${dir === undefined ? "" : `usage:\n  enabled: true\n  ledger: {dir: ${dir}}\n`}observability:
  metrics: {enabled: true, token: ${METRICS_TOKEN}${listen === undefined ? "" : `, listen: "${listen}"`}}
routes:
  - {id: up, prefix: /up, upstream: {base_url: "${base}"}}
${routes}`;

interface Fleet {
  readonly primary: PrimaryScene;
  readonly gateways: readonly TestGateway[];
}

/** A primary and two gateways of one config. */
async function startFleet(yaml: string): Promise<Fleet> {
  const primary = await primaryScene(yaml);
  const start = async (id: number) => {
    const reports = primary.worker(id);
    const gateway = await startGateway(yaml, { primary: primary.link(reports) });
    onTestFinished(() => gateway.close());
    primary.workers.set(id, async () => {
      if (gateway.figures === undefined) throw new Error("no figures");
      return gateway.figures();
    });
    return gateway;
  };
  return { primary, gateways: [await start(1), await start(2)] };
}

const ANSWER = { model: "gpt-5", choices: [], usage: { prompt_tokens: 100, completion_tokens: 20 } };

function ask(gateway: TestGateway, path = "/up/v1/chat/completions"): Promise<Response> {
  const headers = { authorization: "Bearer intern-token-4f1e", "content-type": "application/json" };
  const body = JSON.stringify({ model: "gpt-5", max_tokens: 50, messages: [] });
  return fetch(gateway.url + path, { method: "POST", headers, body });
}

const AUTH = { authorization: `Bearer ${METRICS_TOKEN}` };
const read = async (url: string) => (await fetch(url, { headers: AUTH })).text();

describe("gateways with a primary", () => {
  it("have their requests counted and metered together", async () => {
    const upstream = await scene.upstream((req, res) => {
      req.resume();
      req.once("end", () => res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(ANSWER)));
    });
    const dir = ledgerFolder();
    const { primary, gateways } = await startFleet(config({ base: upstream.url, dir }));
    const asked = Array.from({ length: 30 }, (_, i) => ask(gateways[i % 3 === 0 ? 1 : 0] as TestGateway));
    for (const response of await Promise.all(asked)) expect(await response.json()).toEqual(ANSWER);
    for (const gateway of gateways) await untilFree(gateway);

    const texts = await Promise.all(gateways.map((gateway) => read(`${gateway.url}/metrics`)));
    expect(ownSamples(texts[0] ?? "")).toEqual(ownSamples(texts[1] ?? ""));
    expect(await promtoolComplaints(texts[0] ?? "")).toEqual([]);
    const samples = samplesOf(texts[0] ?? "");
    expect(total(samples, "gateway_requests_total", { route_id: "up", outcome: "success" })).toBe(30);
    expect(total(samples, "gateway_request_duration_seconds_count")).toBe(30);
    expect(total(samples, "gateway_inflight_requests")).toBe(0);
    expect(totalsBy(samples, "gateway_tokens_total", "kind")).toMatchObject({ input: 3000, output: 600 });
    expect(total(samples, "gateway_budget_used_ratio", { client: "intern" })).toBe(0.036);
    expect(total(samples, "process_cpu_seconds_total")).toBeGreaterThan(0);
    for (const gateway of gateways) {
      expect(JSON.parse(await read(`${gateway.url}/metrics/summary`))).toMatchObject({
        total_requests_1h: 30,
        tokens: [{ token: "intern", requests_1h: 30, inflight_current: 0 }],
        budgets: [{ used: 3600, reserved: 0 }],
        workers: { configured: 2, alive: 2, answered: 2 },
      });
      const day = Math.floor(Date.now() / 86_400_000) * 86_400;
      const usage = JSON.parse(await read(`${gateway.url}/metrics/usage?start_time=${day}`));
      expect(usage.data[0].results).toMatchObject([{ num_model_requests: 30, input_tokens: 3000 }]);
    }
    expect([1, 2].map((id) => primary.books.chargedBy(id).get("intern")?.total.tokens)).toEqual([2400, 1200]);
    expect(gateways.map(({ books }) => books.ledger)).toEqual([undefined, undefined]);
    await primary.books.close();
    expect(new Set(ledgerLines(dir).map(({ request_id }) => request_id)).size).toBe(30);
  });

  it("show what is in progress in each of them, and what a dead one leaves", async () => {
    const upstream = await scene.upstream((_, res) => {
      res.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    });
    const { primary, gateways } = await startFleet(config({ base: upstream.url }));
    const [one, two] = gateways as [TestGateway, TestGateway];
    const leave = new AbortController();
    const open = (gateway: TestGateway) =>
      fetch(`${gateway.url}/up/x`, { headers: { authorization: "Bearer intern-token-4f1e" }, signal: leave.signal });
    await Promise.all([open(one), open(one), open(two)]);
    const streams = async (gateway: TestGateway) =>
      total(samplesOf(await read(`${gateway.url}/metrics`)), "gateway_sse_streams_inflight");
    expect([await streams(one), await streams(two)]).toEqual([3, 3]);
    const { tokens } = JSON.parse(await read(`${one.url}/metrics/summary`));
    expect(tokens).toMatchObject([{ token: "intern", requests_1h: 0, inflight_current: 3 }]);
    primary.workers.delete(1);
    primary.books.gone(1);
    expect(await streams(two)).toBe(1);
    leave.abort();
    await untilFree(two);
    await untilFree(one);
    expect(await streams(two)).toBe(0);
  });

  it("report all they know before they have stopped", async () => {
    const upstream = await scene.upstream((req, res) => {
      req.resume();
      req.once("end", () => res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(ANSWER)));
    });
    const dir = ledgerFolder();
    const { primary, gateways } = await startFleet(config({ base: upstream.url, dir }));
    for (const gateway of gateways) await (await ask(gateway)).arrayBuffer();
    await Promise.all(gateways.map((gateway) => gateway.drain()));
    primary.workers.clear();
    expect((await primary.summary()).total_requests_1h).toBe(2);
    await primary.books.close();
    expect(ledgerLines(dir)).toHaveLength(2);
  });

  it("begin with what was charged before", async () => {
    const upstream = await scene.upstream();
    const dir = ledgerFolder();
    const yaml = config({ base: upstream.url, dir });
    const earlier = await startGateway(yaml);
    earlier.books.ledger?.append({ ...LINE, client: "intern", charged_tokens: 99_990, charged_usd: 0 });
    await earlier.close();
    const { gateways } = await startFleet(yaml);
    for (const gateway of gateways) expect((await ask(gateway)).status).toBe(429);
  });

  it("show the routes of a new config", async () => {
    const upstream = await scene.upstream();
    const parts = { base: upstream.url };
    const { primary, gateways } = await startFleet(config(parts));
    const next = config({ ...parts, routes: `  - {id: new, prefix: /new, upstream: {base_url: "${upstream.url}"}}\n` });
    for (const gateway of gateways) gateway.swap(next);
    primary.books.adopt(compiled(next));
    primary.books.reloaded("success");
    for (const gateway of gateways) await (await ask(gateway, "/new/x")).arrayBuffer();
    for (const gateway of gateways) await untilFree(gateway);
    const { routes, reload } = await primary.summary();
    expect(routes).toMatchObject([
      { route_id: "new", requests_1h: 2 },
      { route_id: "up", requests_1h: 0 },
    ]);
    expect(reload).toMatchObject({ last_result: "success", success_total: 1 });
  });

  it("serve metrics on the separate address alone", async () => {
    const upstream = await scene.upstream();
    const { gateways } = await startFleet(config({ base: upstream.url, listen: "127.0.0.1:0" }));
    await (await ask(gateways[0] as TestGateway)).arrayBuffer();
    await untilFree(gateways[0] as TestGateway);
    for (const { url, metricsUrl = "" } of gateways) {
      const samples = samplesOf(await read(`${metricsUrl}/metrics`));
      expect(total(samples, "gateway_requests_total", { route_id: "up" })).toBe(1);
      expect((await fetch(`${metricsUrl}/metrics`)).status).toBe(401);
      expect((await fetch(`${metricsUrl}/readyz`)).status).toBe(200);
      expect((await fetch(`${url}/metrics`, { headers: AUTH })).status).toBe(404);
    }
  });
});

const LINE = {
  at: new Date().toISOString(),
  request_id: "r",
  route: "up",
  upstream: "up",
  model: null,
  requested_model: null,
  usage: "unknown",
  input_tokens: null,
  cache_read_tokens: null,
  cache_write_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  cost_usd: null,
  price: null,
  stream: false,
  status: 200,
  outcome: "success",
  duration_ms: 1,
  ttft_ms: null,
  attempts: 1,
} as const;

describe("a request for a metrics endpoint", () => {
  const SPEC = compiled(config({ base: "http://127.0.0.1:9" })).server.metrics;
  const OK: Reply = { outcome: "success", status: 200, body: "{}", headers: [], close: false };

  function endpoints(ask: (request: BuiltInRequest) => Promise<Reply>, hasUsage = true) {
    if (SPEC === undefined) throw new Error("no metrics");
    return forwardedEndpoints(SPEC, hasUsage, ask, 50);
  }

  it("is passed on with the headers that matter, and no other", async () => {
    const asked: BuiltInRequest[] = [];
    const { get } = endpoints(async (request) => {
      asked.push(request);
      return OK;
    });
    const rawHeaders = ["Authorization", "Bearer t", "Cookie", "canary", "If-None-Match", '"e"'];
    for (const path of ["/metrics", "/metrics/summary", "/metrics/usage", "/metrics/ui", "/metrics/ui/app.js"]) {
      expect(await get(path)?.({ path, query: "?a=b", rawHeaders })).toBe(OK);
      expect(asked.pop()).toEqual({
        path,
        query: "?a=b",
        rawHeaders: ["authorization", "Bearer t", "if-none-match", '"e"'],
      });
    }
    expect(get("/metrics/else")).toBeUndefined();
    expect(get("/healthz")).toBeUndefined();
  });

  it("is for usage only where usage is written down", () => {
    expect(endpoints(async () => OK, false).get("/metrics/usage")).toBeUndefined();
  });

  it.each([
    ["does not answer", () => new Promise<Reply>(() => {})],
    ["can't be asked", () => Promise.reject(new Error("channel closed"))],
  ])("gets a 500 when the primary %s", async (_, ask) => {
    const request = { path: "/metrics", query: "", rawHeaders: [] };
    expect(await endpoints(ask).get("/metrics")?.(request)).toMatchObject({ status: 500, outcome: "internal_error" });
  });
});
