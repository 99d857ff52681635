// Checks the attributes that a span gets from the usage of its exchange, and when it ends.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ForwardSpec, UpstreamSpec } from "../../src/plan/forward.ts";
import type { TracingSpec } from "../../src/plan/observability.ts";
import { genAiAttributes } from "../../src/runtime/observe/traces/gen-ai-attributes.ts";
import { startTracing } from "../../src/runtime/observe/traces/tracing.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { meteredRecord, usageOf } from "./usage-scene.ts";

const CLIENT = 3;
const FORWARD = { routeId: "chat", prefix: "/chat", stripPrefix: true } as unknown as ForwardSpec;
const UPSTREAM = {
  id: "a",
  target: { protocol: "https:", host: "api.openai.com", hostname: "api.openai.com", port: 443, basePath: "" },
} as unknown as UpstreamSpec;

describe("the attributes of a model call", () => {
  it("are those of OpenTelemetry's conventions, without those that are not known", () => {
    const counts = { input: 1000, cacheRead: 800, cacheWrite: 0, output: 50, reasoning: 20 };
    expect(genAiAttributes(meteredRecord(), usageOf({ counts, served: "gpt-5-2025-08-07" }))).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.response.model": "gpt-5-2025-08-07",
      "gen_ai.usage.input_tokens": 1000,
      "gen_ai.usage.output_tokens": 50,
      "gen_ai.usage.cache_read.input_tokens": 800,
      "gen_ai.usage.cache_creation.input_tokens": 0,
      "gen_ai.usage.reasoning.output_tokens": 20,
    });
    const record = meteredRecord();
    record.upstream = { id: "a", host: "llm.internal:8080", gateKey: "a" };
    expect(genAiAttributes(record, usageOf({ requestedModel: undefined }))).toEqual({
      "gen_ai.operation.name": "chat",
    });
  });

  it.each([
    ["/openai/v1/chat/completions", "chat"],
    ["/azure/openai/deployments/my-gpt/chat/completions", "chat"],
    ["/anthropic/v1/messages", "chat"],
    ["/v1/responses/", "chat"],
    ["/ollama/api/chat", "chat"],
    ["/bedrock/model/anthropic.claude/converse-stream", "chat"],
    ["/v1/completions", "text_completion"],
    ["/ollama/api/generate", "text_completion"],
    ["/v1/embeddings", "embeddings"],
    ["/ollama/api/embed", "embeddings"],
    ["/gemini/v1beta/models/x:batchEmbedContents", "embeddings"],
    ["/gemini/v1beta/models/x%3AembedContent", "embeddings"],
    ["/gemini/v1beta/models/x:streamGenerateContent", "generate_content"],
    ["/v1/images/generations", "generate_content"],
    ["/chat", "generate_content"],
  ])("name the operation of %s", (path, operation) => {
    expect(genAiAttributes(meteredRecord({ path }), usageOf())["gen_ai.operation.name"]).toBe(operation);
  });

  it.each([
    ["api.anthropic.com", "anthropic"],
    ["API.OpenAI.com.:443", "openai"],
    ["eu.api.openai.com", "openai"],
    ["my.openai.azure.com", "azure.ai.openai"],
    ["generativelanguage.googleapis.com", "gcp.gemini"],
    ["europe-west4-aiplatform.googleapis.com", "gcp.vertex_ai"],
    ["bedrock-runtime.us-east-1.amazonaws.com", "aws.bedrock"],
    ["api.x.ai", "x_ai"],
    ["api.mistral.ai", "mistral_ai"],
    ["openrouter.ai", undefined],
    ["[::1]:11434", undefined],
    ["", undefined],
  ])("name the provider of %s", (host, provider) => {
    const record = meteredRecord();
    record.upstream = { id: "a", host, gateKey: "a" };
    expect(genAiAttributes(record, usageOf())["gen_ai.provider.name"]).toBe(provider);
  });

  it("are bounded, whatever a client asks for", () => {
    const asked = "m".repeat(100_000);
    const attributes = genAiAttributes(meteredRecord(), usageOf({ requestedModel: asked, served: asked }));
    expect([attributes["gen_ai.request.model"], attributes["gen_ai.response.model"]]).toEqual(
      Array(2).fill("m".repeat(256)),
    );
  });
});

/** How much later than the end the usage comes. */
const PAUSE_MS = 60;

/** The spans of an exchange. @param metered the usage comes; else the exchange is not metered */
async function spansOf(metered: boolean, twice = false) {
  const receiver = await startOtlpReceiver("http");
  try {
    const otlp = { protocol: "http", endpoint: receiver.endpoint, timeoutMs: 3000 };
    const { observer, tracer, close } = await startTracing({ sampleRatio: 1, otlp } as TracingSpec, "1.0.0");
    const record = meteredRecord();
    const { startedAt } = record;
    Object.assign(record, { metered, sentAt: startedAt, headAt: startedAt, endedAt: performance.now() });
    tracer.attempt(record, FORWARD, UPSTREAM);
    observer.attempted(record, { upstream: "a", result: "success", status: 200, ms: 30 }, false);
    observer.ended(record);
    await sleep(PAUSE_MS);
    const usage = usageOf({ counts: { input: 12, output: 3 } });
    if (metered) observer.metered(record, usage);
    if (twice) observer.metered(record, usageOf({ counts: { input: 99 } }));
    await close();
    const spans = await receiver.until(2);
    const client = spans.find(({ kind }) => kind === CLIENT);
    const server = spans.find(({ kind }) => kind !== CLIENT);
    const apartMs = Math.abs(Number((client?.end ?? 0n) - (server?.end ?? 0n))) / 1e6;
    return { client, server, apartMs, count: spans.length };
  } finally {
    await receiver.close();
  }
}

describe("the span of the request upstream", () => {
  it("has the usage, and ends when the exchange did; the server's span has none of it", async () => {
    const { client, server, apartMs, count } = await spansOf(true);
    expect(count).toBe(2);
    expect(client?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.usage.input_tokens": 12,
      "gen_ai.usage.output_tokens": 3,
      "http.response.status_code": 200,
    });
    expect(Object.keys(server?.attributes ?? {}).filter((name) => name.startsWith("gen_ai"))).toEqual([]);
    expect(server?.attributes).toMatchObject({ "gateway.outcome": "success" });
    expect(apartMs).toBeLessThan(PAUSE_MS / 2);
    expect(client?.parentSpanId).toBe(server?.spanId);
  });

  it("ends with the exchange where no usage is to come", async () => {
    const { client, apartMs } = await spansOf(false);
    expect(apartMs).toBeLessThan(PAUSE_MS / 2);
    expect(Object.keys(client?.attributes ?? {}).filter((name) => name.startsWith("gen_ai"))).toEqual([]);
  });

  it("takes the first usage only", async () => {
    const { client } = await spansOf(true, true);
    expect(client?.attributes).toMatchObject({ "gen_ai.usage.input_tokens": 12 });
  });
});
