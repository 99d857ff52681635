// Compares the numbers on the page of a real gateway with its summary and with what the upstream counted.

import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Mock, startMock } from "../../src/mock/start.ts";
import type { Summary } from "../../src/ui/summary.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { cellsOf, enterToken, figure, openPages, waitForState } from "./browser.ts";

const METRICS_TOKEN = "metrics-0f63ad51";
const ALICE = "alice-token-7c1e55";
const BOB = "bob-token-90d2f4ab";

function config(mock: Mock): string {
  return `
listen: 127.0.0.1:0
gateway_auth:
  tokens: [${ALICE}, ${BOB}]
rate_limit: {per_minute: 500}
concurrency: {downstream_max_inflight: 50, upstream_per_key_max_inflight: 20}
observability:
  metrics: {enabled: true, token: ${METRICS_TOKEN}}
routes:
  - {id: openai, prefix: /openai, upstream: {base_url: "${mock.url}", inject_headers: [{name: authorization, value: Bearer up}]}}
  - {id: anthropic, prefix: /anthropic, upstream: {base_url: "${mock.url}", inject_headers: [{name: x-api-key, value: up}]}}
  - {id: silent, prefix: /silent, upstream: {base_url: "${mock.url}", inject_headers: [{name: x-api-key, value: up}]}}
  - id: pooled
    prefix: /pooled
    upstreams:
      - {id: first, base_url: "${mock.url}", inject_headers: [{name: x-api-key, value: up-1}]}
      - {id: second, base_url: "${mock.url}", inject_headers: [{name: x-api-key, value: up-2}]}
`;
}

const CHAT = JSON.stringify({ model: "mock-1", messages: [{ role: "user", content: "Hi" }] });

const { open } = openPages();
let mock: Mock;
let gateway: TestGateway;
beforeEach(async () => {
  mock = await startMock({ paceMs: 0 });
  gateway = await startGateway(config(mock));
});
afterEach(async () => {
  await gateway.close();
  await mock.close();
});

async function chat(route: string, token: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const response = await fetch(`${gateway.url}${route}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: CHAT,
  });
  await response.arrayBuffer();
  return response.status;
}

/** Starts a chat whose response takes a minute. Returns a function that disconnects the client. */
function slowChat(token: string): () => void {
  const req = request(`${gateway.url}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "x-mock-delay-ms": "60000" },
  });
  req.on("error", () => {});
  req.end(CHAT);
  return () => req.destroy();
}

async function summary(): Promise<Summary> {
  const response = await fetch(`${gateway.url}/metrics/summary`, {
    headers: { authorization: `Bearer ${METRICS_TOKEN}` },
  });
  return (await response.json()) as Summary;
}

async function times(count: number, act: () => Promise<number>, status: number): Promise<void> {
  const statuses = await Promise.all(Array.from({ length: count }, act));
  expect(new Set(statuses)).toEqual(new Set([status]));
}

/** Sends 36 requests that succeed, 6 + 4 that the upstream refuses, 5 that the gateway refuses, 3 without a route. */
async function sendLoad(): Promise<void> {
  await times(16, () => chat("/openai", ALICE), 200);
  await times(11, () => chat("/openai", BOB), 200);
  await times(9, () => chat("/anthropic", ALICE), 200);
  await times(6, () => chat("/openai", BOB, { "x-mock-status": "429" }), 429);
  await times(4, () => chat("/anthropic", BOB, { "x-mock-status": "500" }), 500);
  await times(5, () => chat("/openai", "nobody-knows-me"), 401);
  await times(3, () => chat("/nowhere", ALICE), 404);
}

describe("the dashboard of a gateway under load", () => {
  it("shows the numbers of the summary, which match the upstream's", async () => {
    await sendLoad();
    const disconnects = [slowChat(ALICE), slowChat(ALICE), slowChat(BOB)];
    await mock.until(({ openRequests }) => openRequests === 3);
    const page = await open(`${gateway.url}/metrics/ui`);
    await enterToken(page, METRICS_TOKEN);
    await waitForState(page, "live");
    const shown = await summary();

    expect(mock.stats.requests).toBe(36 + 6 + 4 + 3);
    expect(shown.total_requests_1h).toBe(36 + 6 + 4 + 5 + 3);
    expect(await figure(page, "requests")).toBe("54");
    expect(await figure(page, "inflight")).toBe("3");
    expect(await page.locator("[data-figure=errors] + dd").textContent()).toBe("18 of 54");
    expect((await cellsOf(page, "routes")).map((row) => row.slice(0, 6))).toEqual([
      ["openai", "38", "38", "11", "11", "3"],
      ["anthropic", "13", "13", "4", "4", "0"],
      ["__unmatched__", "3", "3", "3", "3", "0"],
      ["pooled", "0", "0", "0", "0", "0"],
      ["silent", "0", "0", "0", "0", "0"],
    ]);
    expect(await cellsOf(page, "upstreams")).toEqual([
      ["first", "well", "0", "0"],
      ["second", "well", "0", "0"],
    ]);
    expect((await cellsOf(page, "routes")).map((row) => row.slice(1))).toEqual(
      shown.routes.map((route) =>
        [
          route.requests_1h,
          route.requests_24h,
          route.errors_1h,
          route.errors_24h,
          route.inflight_current,
          route.inflight_peak_1h,
          route.inflight_peak_24h,
          route.queue_waiting,
          route.upstream_max_inflight ?? "–",
        ].map(String),
      ),
    );
    expect((await cellsOf(page, "tokens")).map((row) => row.slice(0, 5))).toEqual(
      shown.tokens.map(({ token, ...counts }) => [
        token,
        ...[counts.requests_1h, counts.requests_24h, counts.errors_1h, counts.errors_24h].map(String),
      ]),
    );
    expect(shown.tokens.map(({ requests_1h }) => requests_1h)).toEqual([25, 21]);
    const results = await Promise.all(
      ["upstream", "gateway", "incomplete"].map(async (group) => ({
        group,
        rows: await cellsOf(page, `results-${group}`),
      })),
    );
    expect(
      results.flatMap(({ group, rows }) =>
        rows.filter(([, count]) => count !== undefined).map(([result, count]) => `${group} ${result} ${count}`),
      ),
    ).toEqual(shown.results_15m.map(({ group, result, count }) => `${group} ${result} ${count}`));
    expect(shown.results_1h).toEqual([
      { group: "upstream", result: "2xx", class: "good", count: 36 },
      { group: "upstream", result: "429", class: "client_error", count: 6 },
      { group: "upstream", result: "5xx", class: "server_error", count: 4 },
      { group: "gateway", result: "unauthorized", class: "client_error", count: 5 },
      { group: "gateway", result: "route_not_found", class: "client_error", count: 3 },
    ]);
    expect(await page.locator("[data-class]").allTextContents()).toEqual([
      "no error 36",
      "4xx 14",
      "5xx or aborted 4",
      "client closed 0",
    ]);
    expect(await page.locator("[data-list=limits] li").first().textContent()).toContain("3 of 50");
    expect(await page.locator("[data-list=limits]").textContent()).toContain("Upstream of openai3 of 20");
    expect(await page.locator("[data-fact=version]").textContent()).toBe(shown.version);

    for (const disconnect of disconnects) disconnect();
    await mock.until(({ openRequests }) => openRequests === 0);
    await page.locator("[data-figure=inflight]", { hasText: /^0$/ }).waitFor();
    expect(await figure(page, "requests")).toBe("57");
    expect((await summary()).results_1h.at(-1)).toMatchObject({ result: "client_closed", count: 3 });
    expect(await cellsOf(page, "results-incomplete")).toEqual([["client_closed", "3", "5.3%"]]);
  });

  it("shows the page without any data if there is no token", async () => {
    await sendLoad();
    const page = await open(`${gateway.url}/metrics/ui`);
    await page.getByLabel("Metrics token").waitFor();
    expect(await page.locator("[data-figure]").count()).toBe(0);
    expect((await fetch(`${gateway.url}/metrics/summary`)).status).toBe(401);
  });

  it("shows data again after a restart of the gateway", async () => {
    await chat("/openai", ALICE);
    const page = await open(`${gateway.url}/metrics/ui`, { failures: true });
    await enterToken(page, METRICS_TOKEN);
    await waitForState(page, "live");
    const { port } = gateway;
    await gateway.close();
    await waitForState(page, "unavailable");
    gateway = await startGateway(config(mock).replace("127.0.0.1:0", `127.0.0.1:${port}`));
    await page.getByRole("button", { name: "Retry now" }).click();
    await waitForState(page, "live");
    await page.getByText("No requests in the last 24 hours.").waitFor();
  });
});
