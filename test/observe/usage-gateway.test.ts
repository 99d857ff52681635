// Checks on a real gateway that metrics, summary and spans say the same of the usage of a request, also after a reload.

import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { ledgerFolder } from "../support/ledger-folder.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { samplesOf, total, totalsBy } from "../support/prometheus.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

const METRICS_TOKEN = "metrics-token-7b21";
const CLIENT_SPAN = 3;
const TOLD = {
  model: "gpt-5.1",
  choices: [],
  usage: { prompt_tokens: 1000, completion_tokens: 200, prompt_tokens_details: { cached_tokens: 600 } },
};

interface Parts {
  readonly base: string;
  readonly otlp: string;
  readonly dir: string;
  readonly budgets?: string;
}

/** A cached token costs a tenth, so a request costs 0.00086 USD. */
function config({ base, otlp, dir, budgets = "[{per: day, usd: 0.01}, {per: total, tokens: 100000}]" }: Parts): string {
  return `listen: 127.0.0.1:0
gateway_auth:
  clients:
    - {id: intern, tokens: [intern-token-4f1e], budgets: ${budgets}}
usage:
  enabled: true
  ledger: {dir: ${dir}}
  prices: [{model: gpt-5*, input_usd_per_mtok: 1, output_usd_per_mtok: 2, cached_input_usd_per_mtok: 0.1}]
observability:
  metrics: {enabled: true, token: ${METRICS_TOKEN}}
  tracing: {enabled: true, sample_ratio: 1, otlp: {endpoint: "${otlp}", protocol: http, timeout_ms: 3000}}
routes:
  - {id: up, prefix: /up, upstream: {base_url: "${base}"}}
`;
}

async function ask(gateway: TestGateway, path = "/up/v1/chat/completions"): Promise<void> {
  const headers = { authorization: "Bearer intern-token-4f1e", "content-type": "application/json" };
  const body = JSON.stringify({ model: "gpt-5", max_tokens: 50, messages: [] });
  const response = await fetch(gateway.url + path, { method: "POST", headers, body });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
}

const read = async (gateway: TestGateway, path: string) =>
  (await fetch(gateway.url + path, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })).text();
const samples = async (gateway: TestGateway) => samplesOf(await read(gateway, "/metrics"));

it.each(["identity", "gzip"])("tells of a response with the coding %s", async (coding) => {
  const receiver = await startOtlpReceiver("http");
  const upstream = await scene.upstream((req, res) => {
    req.resume();
    const bytes = Buffer.from(JSON.stringify(TOLD));
    const head = { "content-type": "application/json", "content-encoding": coding };
    req.once("end", () => res.writeHead(200, head).end(coding === "gzip" ? gzipSync(bytes) : bytes));
  });
  const parts = { base: upstream.url, otlp: receiver.endpoint, dir: ledgerFolder() };
  const gateway = await startGateway(config(parts));
  try {
    await ask(gateway);
    // Counting tokens is never metered.
    await ask(gateway, "/up/v1/messages/count_tokens");
    await expect.poll(async () => total(await samples(gateway), "gateway_usage_records_total")).toBe(1);

    const scraped = await samples(gateway);
    const where = { route_id: "up", client: "intern", model: "gpt-5.1" };
    expect(totalsBy(scraped, "gateway_tokens_total", "kind")).toEqual({ input: 1000, cache_read: 600, output: 200 });
    expect(total(scraped, "gateway_cost_usd_total", where)).toBe(0.00086);
    expect(total(scraped, "gateway_time_to_first_token_seconds_count")).toBe(0);
    const ratio = (unit: string) => total(scraped, "gateway_budget_used_ratio", { client: "intern", unit });
    expect([ratio("usd"), ratio("tokens")]).toEqual([0.086, 0.012]);

    const used = { records: 1, records_without_tokens: 0, records_without_cost: 0 };
    const usage_1h = { ...used, input_tokens: 1000, input_cached_tokens: 600, output_tokens: 200, cost_usd: 0.00086 };
    expect(JSON.parse(await read(gateway, "/metrics/summary"))).toMatchObject({
      usage_1h,
      routes: [{ route_id: "up", requests_1h: 2, usage_1h }],
      tokens: [{ token: "intern", requests_1h: 2, usage_1h }],
      models: [{ model: "gpt-5.1", usage_1h }],
      budgets: [
        { per: "day", unit: "usd", used: 0.00086, reserved: 0, max: 0.01, ends_at_unix_ms: expect.any(Number) },
        { per: "total", unit: "tokens", used: 1200, reserved: 0, max: 100_000 },
      ],
    });

    // A reload changes what is shown as the limit, and not what is used.
    gateway.swap(config({ ...parts, budgets: "[{per: day, usd: 0.00172}]" }));
    const { budgets } = JSON.parse(await read(gateway, "/metrics/summary"));
    expect(budgets).toMatchObject([{ per: "day", unit: "usd", used: 0.00086, max: 0.00172 }]);
    expect(total(await samples(gateway), "gateway_budget_used_ratio")).toBe(0.5);

    const spans = await receiver.until(4);
    const calls = spans.filter(({ kind }) => kind === CLIENT_SPAN).map(({ attributes }) => attributes);
    const tellsTokens = calls.filter((attributes) => attributes["gen_ai.usage.input_tokens"] === 1000);
    expect([calls.length, tellsTokens.length]).toEqual([2, 1]);
    expect(tellsTokens[0]).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.response.model": "gpt-5.1",
      "gen_ai.usage.output_tokens": 200,
      "gen_ai.usage.cache_read.input_tokens": 600,
      "http.response.status_code": 200,
    });
  } finally {
    await gateway.close();
    await receiver.close();
  }
});
