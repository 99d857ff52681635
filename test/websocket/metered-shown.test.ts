// Checks what metrics, the summary and spans show of a WebSocket while it is open and after it (contract, sections 11 and 13).

import { afterEach, expect, it } from "vitest";
import { ALICE } from "../metering/books-scene.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../support/otlp-receiver.ts";
import { samplesOf, total, totalsBy } from "../support/prometheus.ts";
import { setScene } from "../support/scene.ts";
import { CREATE, type MeteredScene, meteredScene, open } from "./metered-scene.ts";

setScene();
const METRICS_TOKEN = "metrics-token-7b21";
const CLIENT_SPAN = 3;
let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  await receiver?.close();
  receiver = undefined;
});

async function read({ gateway }: MeteredScene, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  return (await fetch(gateway.url + path, { headers })).text();
}

async function shownScene(more: readonly string[] = []): Promise<MeteredScene> {
  const top = ["observability:", `  metrics: {enabled: true, token: ${METRICS_TOKEN}}`, ...more];
  const usage = 'prices: [{model: "*", input_usd_per_mtok: 1, output_usd_per_mtok: 4}]';
  return meteredScene({ top, usage, clients: [ALICE] });
}

it("metrics and the summary show it while it is open, and its tokens after it", async () => {
  const metered = await shownScene();
  const samples = async () => samplesOf(await read(metered, "/metrics"));
  const route = async () => JSON.parse(await read(metered, "/metrics/summary")).routes[0];
  const client = await open(metered);
  await client.ask(CREATE, "response.completed");
  expect(total(await samples(), "gateway_websockets_inflight", { route_id: "up" })).toBe(1);
  expect(total(await samples(), "gateway_sse_streams_inflight")).toBe(0);
  // Nothing is counted before its end.
  expect(total(await samples(), "gateway_tokens_total")).toBe(0);
  expect(await route()).toMatchObject({ inflight_current: 1, websockets_current: 1, requests_1h: 0 });
  await client.ask(CREATE, "response.completed");
  await client.close();
  const [line] = await metered.lines();
  const after = await samples();
  expect(total(after, "gateway_websockets_inflight")).toBe(0);
  expect(total(after, "gateway_usage_records_total", { usage: "reported" })).toBe(1);
  expect(totalsBy(after, "gateway_tokens_total", "kind")).toMatchObject({
    input: line?.input_tokens,
    output: line?.output_tokens,
    cache_read: line?.cache_read_tokens,
  });
  expect(total(after, "gateway_time_to_first_token_seconds_count")).toBe(0);
  expect(await route()).toMatchObject({
    ...{ inflight_current: 0, websockets_current: 0, requests_1h: 1, errors_1h: 0 },
    usage_1h: { records: 1, input_tokens: 4000 },
  });
});

it("how long it was open is no latency of the page, and its end has a result", async () => {
  const metered = await shownScene();
  await (await open(metered)).close();
  await metered.lines();
  const { series, results_1h } = JSON.parse(await read(metered, "/metrics/summary"));
  expect(series.hour.overall).toEqual({
    ...{ latency_p50_ms: null, latency_p95_ms: null },
    ...{ ttfb_p50_ms: null, ttfb_p95_ms: null },
  });
  expect(results_1h).toEqual([{ group: "upstream", result: "101", class: "good", count: 1 }]);
});

it("the span of the call has the model and the tokens, and lasts as long as the WebSocket", async () => {
  receiver = await startOtlpReceiver("http");
  const metered = await shownScene([
    `  tracing: {enabled: true, sample_ratio: 1, otlp: {endpoint: "${receiver.endpoint}", protocol: http}}`,
  ]);
  const client = await open(metered);
  await client.ask(CREATE, "response.completed");
  await client.ask(CREATE, "response.completed");
  client.ws.terminate();
  const [line] = await metered.lines();
  const spans = await receiver.until(2);
  const call = spans.find(({ kind }) => kind === CLIENT_SPAN);
  expect(call?.attributes).toMatchObject({
    "http.response.status_code": 101,
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "mock-thinking",
    "gen_ai.response.model": "mock-thinking",
    "gen_ai.usage.input_tokens": line?.input_tokens,
    "gen_ai.usage.output_tokens": line?.output_tokens,
  });
});
