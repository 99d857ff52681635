// Lists what is known about the APIs of providers: their hosts, the header of their keys, and the start of their paths.

import type { UpstreamTarget } from "../../plan/forward.ts";
import { comparableHost, isHost, PROVIDER_HOSTS } from "../../plan/provider-hosts.ts";

export interface Provider {
  readonly name: string;
  /** As in `PROVIDER_HOSTS`. */
  readonly hosts: readonly string[];
  /** The header that its API keys are sent in; `undefined` where it needs none. */
  readonly keyHeader: KeyHeader | undefined;
  /** Whether it takes API keys in this header alone: a key in another one is refused. */
  readonly strict?: true;
  /** The variable that its SDK reads the key from. */
  readonly variable: string;
  /** What each path of its API starts with, where that is known. */
  readonly roots?: readonly string[];
  /** A path without a version, such as that of a deployment, is one of its API's too. */
  readonly unversioned?: true;
  /** What the paths of its own SDK start with: clients add it to their base URL themselves. */
  readonly sdkRoot?: string;
  /** What its keys start with, and those of no other provider. */
  readonly keyStarts?: readonly string[];
  /** The form of its requests. Left out where it takes requests in several forms, or in one of its own. */
  readonly form?: ApiForm;
  /** Its web sites, which are not its API. */
  readonly sites?: readonly string[];
}

/** The forms of requests, by the provider that made them. */
export type ApiForm = "OpenAI" | "Anthropic" | "Gemini";

export type KeyHeader = "authorization" | "x-api-key" | "x-goog-api-key" | "api-key";

export const KEY_HEADERS: readonly KeyHeader[] = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];

const bearer = (name: keyof typeof PROVIDER_HOSTS, variable: string, more: Partial<Provider> = {}): Provider => ({
  name,
  hosts: PROVIDER_HOSTS[name],
  keyHeader: "authorization",
  variable,
  ...more,
});

/** Common knowledge of 2026, not checked against each API reference. What is not sure is left out: a wrong entry would warn without need. */
export const PROVIDERS: readonly Provider[] = [
  bearer("OpenAI", "OPENAI_API_KEY", {
    strict: true,
    form: "OpenAI",
    roots: ["/v1"],
    keyStarts: ["sk-proj-", "sk-svcacct-", "sk-admin-"],
    sites: ["openai.com", "platform.openai.com", "chat.openai.com", "chatgpt.com"],
  }),
  {
    name: "Anthropic",
    hosts: PROVIDER_HOSTS.Anthropic,
    keyHeader: "x-api-key",
    variable: "ANTHROPIC_API_KEY",
    form: "Anthropic",
    roots: ["/v1", "/api"],
    sdkRoot: "/v1",
    keyStarts: ["sk-ant-"],
    sites: ["anthropic.com", "console.anthropic.com", "platform.claude.com", "claude.ai"],
  },
  {
    name: "Gemini",
    hosts: PROVIDER_HOSTS.Gemini,
    keyHeader: "x-goog-api-key",
    variable: "GEMINI_API_KEY",
    form: "Gemini",
    roots: ["/v1", "/v1beta", "/v1alpha", "/upload", "/download"],
    sdkRoot: "/v1beta",
    keyStarts: ["AIza"],
    sites: ["ai.google.dev", "aistudio.google.com", "gemini.google.com"],
  },
  {
    name: "Azure OpenAI",
    hosts: PROVIDER_HOSTS["Azure OpenAI"],
    keyHeader: "api-key",
    variable: "AZURE_OPENAI_API_KEY",
    form: "OpenAI",
    roots: ["/openai"],
    unversioned: true,
    sites: ["oai.azure.com", "ai.azure.com", "portal.azure.com"],
  },
  bearer("Groq", "GROQ_API_KEY", {
    strict: true,
    form: "OpenAI",
    roots: ["/openai"],
    keyStarts: ["gsk_"],
    sites: ["groq.com", "console.groq.com"],
  }),
  bearer("Mistral", "MISTRAL_API_KEY", {
    strict: true,
    roots: ["/v1"],
    sites: ["mistral.ai", "console.mistral.ai"],
  }),
  bearer("OpenRouter", "OPENROUTER_API_KEY", { roots: ["/api"], keyStarts: ["sk-or-"] }),
  bearer("DeepSeek", "DEEPSEEK_API_KEY", {
    sites: ["deepseek.com", "www.deepseek.com", "platform.deepseek.com", "chat.deepseek.com"],
  }),
  bearer("xAI", "XAI_API_KEY", { roots: ["/v1"], keyStarts: ["xai-"], sites: ["x.ai", "console.x.ai"] }),
  bearer("Together", "TOGETHER_API_KEY", { roots: ["/v1"] }),
  bearer("Fireworks", "FIREWORKS_API_KEY", { roots: ["/inference", "/v1"], keyStarts: ["fw_"] }),
  bearer("Cohere", "COHERE_API_KEY", { strict: true }),
  bearer("Perplexity", "PERPLEXITY_API_KEY", { strict: true, keyStarts: ["pplx-"] }),
  bearer("Cerebras", "CEREBRAS_API_KEY", {
    strict: true,
    form: "OpenAI",
    roots: ["/v1"],
    keyStarts: ["csk-"],
  }),
  bearer("NVIDIA", "NVIDIA_API_KEY", { roots: ["/v1"], keyStarts: ["nvapi-"] }),
  bearer("Hugging Face", "HF_TOKEN", { keyStarts: ["hf_"] }),
  bearer("Moonshot", "MOONSHOT_API_KEY"),
  bearer("DashScope", "DASHSCOPE_API_KEY"),
  bearer("SiliconFlow", "SILICONFLOW_API_KEY"),
  bearer("Zhipu", "ZHIPU_API_KEY"),
];

/** Ollama has no host of its own, but a port. */
const OLLAMA: Provider = {
  name: "Ollama",
  hosts: [],
  keyHeader: undefined,
  variable: "OLLAMA_API_KEY",
  roots: ["/v1", "/api"],
};

export const OLLAMA_PORT = 11_434;

/** The provider whose API an upstream is, where it is known. */
export function providerAt({ hostname, port }: Pick<UpstreamTarget, "hostname" | "port">): Provider | undefined {
  const host = comparableHost(hostname);
  const known = PROVIDERS.find(({ hosts }) => hosts.some((one) => isHost(host, one)));
  return known ?? (port === OLLAMA_PORT ? OLLAMA : undefined);
}
