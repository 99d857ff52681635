// Makes the attributes of a model call from its usage: OpenTelemetry's conventions for generative AI.
// They are for the span of the request upstream, which is the call of the model. The span of the client's request has none of them,
// so that nobody counts the tokens twice.

import { comparableHost, isHost, PROVIDER_HOSTS } from "../../../plan/provider-hosts.ts";
import type { ExchangeRecord } from "../../exchange/record.ts";
import type { ExchangeUsage } from "../../usage/exchange-usage.ts";

/** A longer name of a model is cut: clients can ask for any. */
const MAX_NAME = 256;

/** The conventions' names of providers, for those that have one there. */
const PROVIDER_NAMES: Readonly<Partial<Record<keyof typeof PROVIDER_HOSTS, string>>> = {
  OpenAI: "openai",
  Anthropic: "anthropic",
  Gemini: "gcp.gemini",
  "Azure OpenAI": "azure.ai.openai",
  Groq: "groq",
  Mistral: "mistral_ai",
  DeepSeek: "deepseek",
  xAI: "x_ai",
  Cohere: "cohere",
  Perplexity: "perplexity",
};

/** Hosts that the rules of the config need not know. */
const MORE_HOSTS: readonly (readonly [name: string, pattern: string])[] = [
  ["aws.bedrock", "bedrock-runtime.*"],
  ["gcp.vertex_ai", "aiplatform.googleapis.com"],
  ["gcp.vertex_ai", "*-aiplatform.googleapis.com"],
  ["azure.ai.inference", "*.services.ai.azure.com"],
];

const HOSTS: readonly (readonly [name: string, pattern: string])[] = [
  ...(Object.keys(PROVIDER_HOSTS) as (keyof typeof PROVIDER_HOSTS)[]).flatMap((provider) => {
    const name = PROVIDER_NAMES[provider];
    return name === undefined ? [] : PROVIDER_HOSTS[provider].map((pattern) => [name, pattern] as const);
  }),
  ...MORE_HOSTS,
];

/** What the end of a path says of the operation. The conventions' `generate_content` is for all that has no name of its own there. */
const OPERATIONS: readonly (readonly [end: RegExp, operation: string])[] = [
  [/(\/chat\/completions|\/messages|\/responses|\/api\/chat|\/converse|\/converse-stream|\/v2\/chat)$/, "chat"],
  [/(\/completions|\/complete|\/api\/generate)$/, "text_completion"],
  [/(\/embeddings|\/embed|\/api\/embed|:embedContent|:batchEmbedContents)$/, "embeddings"],
];

/** @param usage of the exchange; counts that were not reported have no attribute */
export function genAiAttributes(record: ExchangeRecord, usage: ExchangeUsage): Record<string, string | number> {
  const { report, requestedModel } = usage;
  const { counts } = report;
  const all: Readonly<Record<string, string | number | null | undefined>> = {
    "gen_ai.operation.name": operationOf(record.path),
    "gen_ai.provider.name": providerOf(record.upstream?.host ?? ""),
    "gen_ai.request.model": requestedModel?.slice(0, MAX_NAME),
    "gen_ai.response.model": report.model?.slice(0, MAX_NAME),
    // All input, cached input included, as the conventions want it.
    "gen_ai.usage.input_tokens": counts.input,
    "gen_ai.usage.output_tokens": counts.output,
    "gen_ai.usage.cache_read.input_tokens": counts.cacheRead,
    "gen_ai.usage.cache_creation.input_tokens": counts.cacheWrite,
    "gen_ai.usage.reasoning.output_tokens": counts.reasoning,
  };
  const known: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(all)) if (value !== undefined && value !== null) known[name] = value;
  return known;
}

function operationOf(path: string): string {
  // Some clients encode the colon before a verb.
  const bare = (path.endsWith("/") ? path.slice(0, -1) : path).replace(/%3A(\w+)$/i, ":$1");
  return OPERATIONS.find(([end]) => end.test(bare))?.[1] ?? "generate_content";
}

/** @param host with its port, as in the `host` header */
function providerOf(host: string): string | undefined {
  const name = comparableHost(host.replace(/:\d+$/, ""));
  return HOSTS.find(([, pattern]) => isHost(name, pattern))?.[0];
}
