// Checks who may read the metrics endpoints, what they show, and what is counted.

import { describe, expect, it } from "vitest";
import { AUTH, TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { promtoolComplaints, samplesOf, total, totalsBy } from "../support/prometheus.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const METRICS_TOKEN = "metrics-token-51d0";
const METRICS = `observability: {metrics: {enabled: true, token: ${METRICS_TOKEN}}}`;
const METRICS_AUTH = { authorization: `Bearer ${METRICS_TOKEN}` };
const CLIENT_AUTH = { authorization: `Bearer ${TOKEN}` };

const scene = setScene();

async function gatewayWithMetrics(top: readonly string[] = [], upstream?: readonly string[]) {
  const up = await scene.upstream();
  return scene.gateway({ base: up.url, top: [METRICS, ...top], ...(upstream && { upstream }) });
}

async function scrape(gateway: TestGateway) {
  return samplesOf(await (await fetch(`${gateway.url}/metrics`, { headers: METRICS_AUTH })).text());
}

async function summary(gateway: TestGateway) {
  return (await (await fetch(`${gateway.url}/metrics/summary`, { headers: METRICS_AUTH })).json()) as {
    [key: string]: unknown;
    routes: { [key: string]: unknown }[];
  };
}

describe("the metrics endpoints", () => {
  it("exist only when metrics are enabled", async () => {
    const up = await scene.upstream();
    const gateway = await scene.gateway({ base: up.url });
    for (const path of ["/metrics", "/metrics/summary", "/metrics/ui"]) {
      const response = await fetch(gateway.url + path, { headers: METRICS_AUTH });
      expect([path, response.status, await response.text()]).toEqual([path, 404, '{"error":"route_not_found"}']);
    }
  });

  it.each(["/metrics", "/metrics/summary"])("%s requires the metrics token, and accepts no other", async (path) => {
    const gateway = await gatewayWithMetrics();
    const status = async (authorization?: string) => {
      const response = await fetch(gateway.url + path, {
        headers: authorization === undefined ? {} : { authorization },
      });
      return `${response.status} ${response.status === 200 ? "" : await response.text()}`;
    };
    const refused = '401 {"error":"unauthorized"}';
    expect(await status()).toBe(refused);
    expect(await status(`Bearer ${TOKEN}`)).toBe(refused);
    expect(await status(`Bearer ${METRICS_TOKEN}x`)).toBe(refused);
    expect(await status(`Basic ${METRICS_TOKEN}`)).toBe(refused);
    expect(await status(`bearer ${METRICS_TOKEN}`)).toBe("200 ");
    const client = await scene.client(gateway);
    const twice = `Authorization: Bearer ${METRICS_TOKEN}`;
    await client.send(requestText("GET", path, [twice, twice]));
    expect((await client.response()).status).toBe(401);
  });

  it.each([
    ["/metrics", "text/plain; version=0.0.4; charset=utf-8"],
    ["/metrics/summary", "application/json"],
  ])("%s takes GET and HEAD, has a content type, and is not cached", async (path, type) => {
    const gateway = await gatewayWithMetrics();
    const get = await fetch(gateway.url + path, { headers: METRICS_AUTH });
    expect([get.headers.get("content-type"), get.headers.get("cache-control")]).toEqual([type, "no-store"]);
    expect((await get.text()).length).toBe(Number(get.headers.get("content-length")));
    const head = await fetch(gateway.url + path, { method: "HEAD", headers: METRICS_AUTH });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const post = await fetch(gateway.url + path, { method: "POST", headers: METRICS_AUTH });
    expect([post.status, post.headers.get("allow"), await post.text()]).toEqual([
      405,
      "GET, HEAD",
      '{"error":"method_not_allowed"}',
    ]);
  });

  it("answer while the gateway drains", async () => {
    let end = () => {};
    const upstream = await scene.upstream((_req, res) => {
      res.write("begun");
      end = () => res.end();
    });
    const gateway = await scene.gateway({ base: upstream.url, top: [METRICS] });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up", [AUTH]));
    const head = await client.head();
    await client.until("the first byte", () => client.text.includes("begun") || undefined);
    const drained = gateway.drain();
    // Pipelined behind the response in progress: the answer comes after it.
    await client.send(requestText("GET", "/metrics/summary", [`Authorization: Bearer ${METRICS_TOKEN}`]));
    end();
    expect(await client.body(head)).toMatchObject({ whole: true });
    const late = await client.response();
    expect([late.status, late.header("connection")]).toEqual([200, "close"]);
    expect(JSON.parse(late.text)).toMatchObject({ routes: [{ route_id: "up", requests_1h: 1, inflight_current: 0 }] });
    expect(await drained).toBe(true);
  });
});

describe("the summary", () => {
  it("has every field, also before the first request", async () => {
    const gateway = await gatewayWithMetrics(
      ["rate_limit: {per_minute: 7}", "concurrency: {downstream_max_inflight: 9, upstream_per_key_max_inflight: 5}"],
      ["upstream_key_max_inflight: 4"],
    );
    const column = (length: number, value: unknown) => Array.from({ length }, () => value);
    const columns = (points: number) => ({
      requests: column(points, 0),
      client_errors: column(points, 0),
      server_errors: column(points, 0),
      client_closed: column(points, 0),
      inflight_peak: column(points, 0),
      latency_p50_ms: column(points, null),
      latency_p95_ms: column(points, null),
      ttfb_p50_ms: column(points, null),
      ttfb_p95_ms: column(points, null),
      overall: { latency_p50_ms: null, latency_p95_ms: null, ttfb_p50_ms: null, ttfb_p95_ms: null },
    });
    const time = expect.any(Number);
    expect(await summary(gateway)).toEqual({
      generated_at_unix_ms: time,
      total_requests_1h: 0,
      total_requests_24h: 0,
      routes: [
        {
          route_id: "up",
          requests_1h: 0,
          requests_24h: 0,
          inflight_current: 0,
          inflight_peak_1h: 0,
          inflight_peak_24h: 0,
          websockets_current: 0,
          errors_1h: 0,
          errors_24h: 0,
          upstream_max_inflight: 4,
          retries_1h: 0,
          queue_waiting: 0,
          upstreams: [],
        },
      ],
      tokens: [],
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      started_at_unix_ms: time,
      uptime_seconds: time,
      limits: {
        rate_per_minute: 7,
        downstream_max_inflight: 9,
        downstream_inflight_current: 0,
        downstream_inflight_peak_24h: 0,
      },
      reload: { last_result: null, last_at_unix_ms: null, success_total: 0, failure_total: 0 },
      outcomes_1h: {},
      outcomes_24h: {},
      results_15m: [],
      results_1h: [],
      results_24h: [],
      series: {
        quarter: { step_seconds: 10, start_unix_ms: time, ...columns(90) },
        hour: { step_seconds: 60, start_unix_ms: time, ...columns(60) },
        day: { step_seconds: 900, start_unix_ms: time, ...columns(96) },
      },
    });
  });

  it("counts unmatched requests, and leaves the built-in endpoints out", async () => {
    const gateway = await gatewayWithMetrics();
    for (const path of ["/healthz", "/readyz", "/metrics", "/nowhere"]) await fetch(gateway.url + path);
    await exchange(gateway.port, requestText("GET", "/up/%2e%2e/x"));
    await fetch(`${gateway.url}/up`);
    await fetch(`${gateway.url}/up`, { headers: CLIENT_AUTH });
    await untilFree(gateway);
    const { routes, tokens, total_requests_1h, outcomes_1h } = await summary(gateway);
    expect(routes.map((row) => [row["route_id"], row["requests_1h"], row["errors_24h"]])).toEqual([
      ["__unmatched__", 2, 2],
      ["up", 2, 1],
    ]);
    expect(tokens).toEqual([
      {
        token: expect.stringMatching(/^cli\*\*\*1f#[0-9a-f]{8}$/),
        requests_1h: 1,
        requests_24h: 1,
        errors_1h: 0,
        errors_24h: 0,
        rate_per_minute: null,
        max_inflight: null,
        inflight_current: null,
      },
    ]);
    expect(total_requests_1h).toBe(4);
    expect(outcomes_1h).toEqual({ route_not_found: 1, invalid_path: 1, unauthorized: 1, success: 1 });
  });

  it("counts requests that the HTTP parser refused", async () => {
    const gateway = await gatewayWithMetrics();
    const client = await scene.client(gateway);
    await client.send("NONSENSE\r\n\r\n");
    expect((await client.response()).status).toBe(400);
    const samples = await scrape(gateway);
    const labels = { route_id: "__unmatched__", method: "OTHER", outcome: "bad_request", status_class: "4xx" };
    expect(total(samples, "gateway_requests_total", labels)).toBe(1);
    expect((await summary(gateway))["outcomes_1h"]).toEqual({ bad_request: 1 });
  });
});

describe("exchanges in flight", () => {
  it("are those admitted, waiting ones included and refused ones not", async () => {
    const waiting: (() => void)[] = [];
    const upstream = await scene.upstream((_req, res) => void waiting.push(() => res.end("ok")));
    const limits =
      "{downstream_max_inflight: 2, upstream_per_key_max_inflight: 1, queue: {max_waiting: 5, timeout_ms: 8000}}";
    const gateway = await scene.gateway({ base: upstream.url, top: [METRICS, `concurrency: ${limits}`] });
    const get = () => fetch(`${gateway.url}/up`, { headers: CLIENT_AUTH }).then((response) => response.status);
    const first = get();
    await upstream.nextRequest();
    const second = get();
    while (gateway.limits.totals().waiting === 0) await new Promise(setImmediate);
    expect([await get(), await get()]).toEqual([503, 503]);

    const during = await scrape(gateway);
    expect(total(during, "gateway_inflight_requests", { route_id: "up" })).toBe(2);
    expect(total(during, "gateway_upstream_queue_waiting", { route_id: "up" })).toBe(1);
    expect((await summary(gateway)).routes[0]).toMatchObject({
      inflight_current: 2,
      inflight_peak_1h: 2,
      queue_waiting: 1,
    });
    waiting.shift()?.();
    await upstream.nextRequest();
    waiting.shift()?.();
    expect([await first, await second]).toEqual([200, 200]);
    await untilFree(gateway);

    const after = await scrape(gateway);
    expect(total(after, "gateway_inflight_requests")).toBe(0);
    expect(totalsBy(after, "gateway_limited_total", "kind")).toEqual({ downstream: 2 });
    expect(await summary(gateway)).toMatchObject({
      limits: { downstream_max_inflight: 2, downstream_inflight_current: 0, downstream_inflight_peak_24h: 2 },
    });
  });

  it("are counted separately for streams; clients that disconnect, by phase", async () => {
    const upstream = await scene.upstream((req, res) => {
      if (req.url === "/silent") return;
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.write("data: 1\n\n");
    });
    const limits = "{upstream_per_key_max_inflight: 2, queue: {max_waiting: 5, timeout_ms: 8000}}";
    const gateway = await scene.gateway({ base: upstream.url, top: [METRICS, `concurrency: ${limits}`] });
    const [stream, silent, queued] = await Promise.all([gateway, gateway, gateway].map((to) => scene.client(to)));
    const ask = (client: typeof stream, path: string) => client?.send(requestText("GET", `/up${path}`, [AUTH]));
    await ask(stream, "/stream");
    await stream?.until("an event", () => stream.text.includes("data: 1") || undefined);
    await ask(silent, "/silent");
    await upstream.nextRequest();
    await upstream.nextRequest();
    await ask(queued, "/queued");
    while (gateway.limits.totals().waiting === 0) await new Promise(setImmediate);
    expect(total(await scrape(gateway), "gateway_sse_streams_inflight", { route_id: "up" })).toBe(1);
    // The queued request disconnects first. Otherwise it would get the slot that another one frees.
    for (const [left, client] of [queued, silent, stream].entries()) {
      await client?.close();
      while (gateway.host.inFlight > 2 - left) await new Promise(setImmediate);
    }
    const samples = await scrape(gateway);
    expect(totalsBy(samples, "gateway_client_aborts_total", "phase")).toEqual({ queue: 1, head: 1, body: 1 });
    expect(total(samples, "gateway_sse_streams_inflight")).toBe(0);
    expect(
      await promtoolComplaints(await (await fetch(`${gateway.url}/metrics`, { headers: METRICS_AUTH })).text()),
    ).toEqual([]);
  });
});

describe("labels", () => {
  it("come from bounded sets, whatever clients send", async () => {
    const gateway = await gatewayWithMetrics();
    for (const method of ["PROPFIND", "PURGE", "LOCK"])
      await fetch(`${gateway.url}/up`, { method, headers: CLIENT_AUTH });
    for (let i = 0; i < 20; i++) await fetch(`${gateway.url}/made/up/${i}`, { headers: { "x-request-id": `id-${i}` } });
    await untilFree(gateway);
    const samples = (await scrape(gateway)).filter(({ name }) => name.startsWith("gateway_requests_total"));
    expect(samples.map(({ labels, value }) => [labels["route_id"], labels["method"], value])).toEqual([
      ["up", "OTHER", 3],
      ["__unmatched__", "GET", 20],
    ]);
  });

  it("can contain any route id", async () => {
    const up = await scene.upstream();
    const id = 'a "quoted"\\ id,\nof {two} lines';
    const more = [`  - {id: ${JSON.stringify(id)}, prefix: /odd, upstream: {base_url: "${up.url}"}}`];
    const gateway = await scene.gateway({ base: up.url, top: [METRICS], more });
    await (await fetch(`${gateway.url}/odd`, { headers: CLIENT_AUTH })).text();
    await untilFree(gateway);
    const text = await (await fetch(`${gateway.url}/metrics`, { headers: METRICS_AUTH })).text();
    expect(await promtoolComplaints(text)).toEqual([]);
    expect(text).toContain(
      'gateway_requests_total{route_id="a \\"quoted\\"\\\\ id,\\nof {two} lines",method="GET",outcome="success",status_class="2xx"} 1\n',
    );
    expect((await summary(gateway)).routes[0]).toMatchObject({ route_id: id, requests_1h: 1 });
  });

  it("contain no token and no key", async () => {
    const gateway = await gatewayWithMetrics();
    await fetch(`${gateway.url}/up`, { headers: CLIENT_AUTH });
    const texts = [
      await (await fetch(`${gateway.url}/metrics`, { headers: METRICS_AUTH })).text(),
      JSON.stringify(await summary(gateway)),
    ];
    for (const secret of [TOKEN, UPSTREAM_KEY, METRICS_TOKEN]) {
      for (const text of texts) expect(text).not.toContain(secret);
    }
  });
});
