// Checks metrics with a separate address (`metrics.listen`): what is served there, and how it starts and stops.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { readWholeFile } from "../../src/cli/files.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { dryRunner } from "../../src/runtime/dry/dry-run.ts";
import { AUTH, configText, TOKEN } from "../support/config.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { samplesOf, total } from "../support/prometheus.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const METRICS_TOKEN = "metrics-token-51d0";
const METRICS_AUTH = { authorization: `Bearer ${METRICS_TOKEN}` };
const CLIENT_AUTH = { authorization: `Bearer ${TOKEN}` };
const metricsOn = (listen: string) =>
  `observability: {metrics: {enabled: true, token: ${METRICS_TOKEN}, listen: "${listen}"}}`;
const METRICS = metricsOn("127.0.0.1:0");

const scene = setScene();

async function gatewayWithListener(top: readonly string[] = []): Promise<{ gateway: TestGateway; metrics: string }> {
  const up = await scene.upstream();
  const gateway = await scene.gateway({ base: up.url, top: [METRICS, ...top] });
  return { gateway, metrics: gateway.metricsUrl ?? "" };
}

/** Status and body of a GET. */
async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<[number, string]> {
  const response = await fetch(url, { headers });
  return [response.status, await response.text()];
}

const NOT_FOUND = [404, '{"error":"route_not_found"}'];

describe("the metrics listener", () => {
  it("serves metrics, summary and page, which the main address serves no longer", async () => {
    const { gateway, metrics } = await gatewayWithListener();
    await fetch(`${gateway.url}/up`, { headers: CLIENT_AUTH });
    await untilFree(gateway);
    const [status, text] = await get(`${metrics}/metrics`, METRICS_AUTH);
    expect(status).toBe(200);
    expect(total(samplesOf(text), "gateway_requests_total", { route_id: "up" })).toBe(1);
    const [, summary] = await get(`${metrics}/metrics/summary`, METRICS_AUTH);
    expect(JSON.parse(summary)).toMatchObject({ total_requests_1h: 1, routes: [{ route_id: "up" }] });
    expect((await get(`${metrics}/metrics`))[0]).toBe(401);
    expect((await get(`${metrics}/metrics`, CLIENT_AUTH))[0]).toBe(401);
    for (const path of ["/metrics", "/metrics/summary", "/metrics/ui", "/metrics/ui/app.js"]) {
      expect([path, ...(await get(gateway.url + path, METRICS_AUTH))]).toEqual([path, ...NOT_FOUND]);
    }
  });

  it("serves the health endpoints, as the main address does", async () => {
    const { gateway, metrics } = await gatewayWithListener();
    for (const base of [gateway.url, metrics]) {
      for (const path of ["/healthz", "/readyz"]) expect(await get(base + path)).toEqual([200, '{"status":"ok"}']);
    }
  });

  it("serves no route, and counts none of its requests", async () => {
    const { gateway, metrics } = await gatewayWithListener();
    for (const path of ["/up", "/up/v1/models", "/", "/metrics2"]) {
      expect([path, ...(await get(metrics + path, CLIENT_AUTH))]).toEqual([path, ...NOT_FOUND]);
    }
    const post = await fetch(`${metrics}/metrics`, { method: "POST", headers: METRICS_AUTH });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    const client = await scene.client({ port: Number(new URL(metrics).port) });
    await client.send("NONSENSE\r\n\r\n");
    expect((await client.response()).status).toBe(400);
    const [, summary] = await get(`${metrics}/metrics/summary`, METRICS_AUTH);
    expect(JSON.parse(summary)).toMatchObject({ total_requests_1h: 0 });
    expect(gateway.host.inFlight).toBe(0);
  });

  it("leaves the metrics path of the main address to a route", async () => {
    const up = await scene.upstream((_req, res) => void res.end("of the upstream"));
    const more = [`  - {id: all, prefix: /, upstream: {base_url: "${up.url}"}}`];
    const gateway = await scene.gateway({ base: up.url, top: [METRICS], more });
    expect(await get(`${gateway.url}/metrics`, CLIENT_AUTH)).toEqual([200, "of the upstream"]);
    expect((await get(`${gateway.metricsUrl}/metrics`, CLIENT_AUTH))[0]).toBe(401);
  });

  it("has its address in the log", async () => {
    const { gateway, metrics } = await gatewayWithListener();
    const lines = gateway.logs.filter(({ msg }) => msg.endsWith("listening"));
    expect(lines.map(({ msg, address }) => [msg, address])).toEqual([
      ["metrics listening", new URL(metrics).host],
      ["listening", `127.0.0.1:${gateway.port}`],
    ]);
  });

  it("says 503 at /readyz and goes on with metrics while the gateway drains, and ends after it", async () => {
    let end = () => {};
    const upstream = await scene.upstream((_req, res) => {
      res.write("begun");
      end = () => res.end();
    });
    const gateway = await scene.gateway({ base: upstream.url, top: [METRICS] });
    const metrics = gateway.metricsUrl ?? "";
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up", [AUTH]));
    await client.until("the first byte", () => client.text.includes("begun") || undefined);
    const drained = gateway.drain();
    expect(await get(`${metrics}/readyz`)).toEqual([503, '{"status":"draining"}']);
    expect(await get(`${metrics}/healthz`)).toEqual([200, '{"status":"ok"}']);
    const [, text] = await get(`${metrics}/metrics`, METRICS_AUTH);
    expect(total(samplesOf(text), "gateway_inflight_requests")).toBe(1);
    end();
    expect(await drained).toBe(true);
    await expect(fetch(`${metrics}/healthz`)).rejects.toThrow("fetch failed");
  });

  it("goes on over a reload, also of a config with another address, which needs a restart", async () => {
    const up = await scene.upstream();
    const gateway = await scene.gateway({ base: up.url, top: [METRICS] });
    const metrics = gateway.metricsUrl ?? "";
    const more = [`  - {id: second, prefix: /second, upstream: {base_url: "${up.url}"}}`];
    gateway.swap(configText({ base: up.url, top: [metricsOn("127.0.0.1:9"), "errors: {format: openai}"], more }));
    const [, summary] = await get(`${metrics}/metrics/summary`, METRICS_AUTH);
    expect(JSON.parse(summary).routes).toMatchObject([{ route_id: "second" }, { route_id: "up" }]);
    // The response format is that of the new config here, too.
    expect((await get(`${metrics}/up`))[1]).toContain("This address of the gateway serves only metrics and health.");
    expect((await get(`${metrics}/metrics`))[1]).toContain('"type":"invalid_request_error"');
  });
});

describe("a dry run", () => {
  it.each([
    ["127.0.0.1:9090", 404],
    [undefined, 401],
  ])("of the metrics path, with the metrics on %s, gets the answer of the main address: %i", (listen, status) => {
    const top = [metricsOn(listen ?? "x").replace(/, listen: "[^"]*"/, (key) => (listen === undefined ? "" : key))];
    const result = compile(sourceFromText("c.yaml", configText({ base: "http://127.0.0.1:9", top })), {
      env: () => undefined,
      readFile: readWholeFile,
    });
    if (!result.ok) return expect.unreachable("the config has errors");
    const run = dryRunner(result.value, systemClock);
    expect(run({ method: "GET", target: "/metrics", rawHeaders: ["host", "a"] }).reply?.status).toBe(status);
  });
});

describe("an address that is taken", () => {
  it("is an error at start, and nothing is left listening", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const config = (main: string, metrics: string) =>
      configText({ base: "http://127.0.0.1:9", top: [metricsOn(metrics)] }).replace("127.0.0.1:0", main);
    try {
      const message = `listen EADDRINUSE: address already in use ${taken}`;
      await expect(startGateway(config(`127.0.0.1:${port}`, taken))).rejects.toThrow(message);
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow("fetch failed");
      await expect(startGateway(config(taken, `127.0.0.1:${port}`))).rejects.toThrow(message);
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow("fetch failed");
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});
