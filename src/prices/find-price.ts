// Finds a model in the price table: at the provider whose host the upstream is, else at the one that made the model.

import { comparableHost, isHost, PROVIDER_HOSTS } from "../plan/provider-hosts.ts";
import { madeBy, namesAt } from "./model-names.ts";
import type { ModelPrice } from "./model-price.ts";
import { priceTable } from "./price-table.ts";

/** Longer names are in no table; a client may send any. */
const LONGEST_NAME = 200;

/** The hosts of each provider of the table. */
const HOSTS: Readonly<Record<string, readonly string[]>> = {
  openai: PROVIDER_HOSTS.OpenAI,
  azure: [...PROVIDER_HOSTS["Azure OpenAI"], "*.services.ai.azure.com", "*.cognitiveservices.azure.com"],
  anthropic: PROVIDER_HOSTS.Anthropic,
  gemini: PROVIDER_HOSTS.Gemini,
  vertex: ["aiplatform.googleapis.com", "*-aiplatform.googleapis.com"],
  xai: PROVIDER_HOSTS.xAI,
  deepseek: PROVIDER_HOSTS.DeepSeek,
  mistral: PROVIDER_HOSTS.Mistral,
  cohere: PROVIDER_HOSTS.Cohere,
  moonshot: PROVIDER_HOSTS.Moonshot,
  dashscope: PROVIDER_HOSTS.DashScope,
  zhipu: PROVIDER_HOSTS.Zhipu,
  perplexity: PROVIDER_HOSTS.Perplexity,
  groq: PROVIDER_HOSTS.Groq,
  cerebras: PROVIDER_HOSTS.Cerebras,
  together: PROVIDER_HOSTS.Together,
  fireworks: PROVIDER_HOSTS.Fireworks,
  bedrock: ["bedrock-runtime.*.amazonaws.com", "bedrock-mantle.*.api.aws"],
};

/** Providers that have no prices of their own in the table: they sell models of others at prices of theirs. */
const WITHOUT_PRICES: readonly string[] = [
  ...PROVIDER_HOSTS.NVIDIA,
  ...PROVIDER_HOSTS["Hugging Face"],
  ...PROVIDER_HOSTS.SiliconFlow,
];

/**
 * Where a model is looked for when its host is not known: at those who make models, not at those who host models of others. What
 * an open model costs depends on who serves it.
 */
const WITH_OWN_MODELS = [
  "openai",
  "anthropic",
  "gemini",
  "xai",
  "deepseek",
  "mistral",
  "cohere",
  "moonshot",
  "dashscope",
  "zhipu",
  "perplexity",
  "bedrock",
];

/** A place in the table. */
export interface FoundModel {
  readonly provider: string;
  /** The name in the table. */
  readonly name: string;
}

/** Finds what a model costs at a host. `undefined`: the table doesn't know. */
export function findPrice(model: string, host: string | undefined): ModelPrice | undefined {
  if (model.length > LONGEST_NAME) return undefined;
  const found = findModel(model, host);
  return found === undefined ? undefined : priceTable().providers.get(found.provider)?.price(found.name);
}

/** The name that the table has for a model, at whatever provider. `undefined`: it is in none. */
export function nameInTable(model: string): string | undefined {
  if (model.length > LONGEST_NAME) return undefined;
  const found = findModel(model, undefined) ?? findAt([...priceTable().providers.keys()], model);
  return found?.name;
}

function findModel(model: string, host: string | undefined): FoundModel | undefined {
  const at = host === undefined ? "unknown" : providerAt(host);
  if (at === "none") return undefined;
  if (at !== "unknown" && at !== "marketplace") return findAt([at], model);
  const made = madeBy(model);
  if (made !== undefined) return findAt([made.provider], made.name);
  return at === "unknown" ? findAt(WITH_OWN_MODELS, model) : undefined;
}

/** The provider in the table; `marketplace` for OpenRouter, whose prices are those of the makers. */
function providerAt(hostname: string): string {
  const host = comparableHost(hostname);
  const isOneOf = (hosts: readonly string[]): boolean => hosts.some((one) => isHost(host, one));
  if (isOneOf(PROVIDER_HOSTS.OpenRouter)) return "marketplace";
  if (isOneOf(WITHOUT_PRICES)) return "none";
  return Object.entries(HOSTS).find(([, hosts]) => isOneOf(hosts))?.[0] ?? "unknown";
}

/** The first of the providers that has the model. */
function findAt(providers: readonly string[], model: string): FoundModel | undefined {
  const table = priceTable().providers;
  for (const provider of providers) {
    const name = namesAt(provider, model).find((one) => table.get(provider)?.has(one));
    if (name !== undefined) return { provider, name };
  }
  return undefined;
}
