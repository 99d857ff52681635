// Lists the hosts of providers' APIs: the rules of the config and the price list know a provider by them.

/** Host names of APIs; `*` stands for any run of characters. */
export const PROVIDER_HOSTS = {
  OpenAI: ["api.openai.com", "*.api.openai.com"],
  Anthropic: ["api.anthropic.com"],
  Gemini: ["generativelanguage.googleapis.com"],
  "Azure OpenAI": ["*.openai.azure.com"],
  Groq: ["api.groq.com"],
  Mistral: ["api.mistral.ai"],
  OpenRouter: ["openrouter.ai"],
  DeepSeek: ["api.deepseek.com"],
  xAI: ["api.x.ai"],
  Together: ["api.together.xyz", "api.together.ai"],
  Fireworks: ["api.fireworks.ai"],
  Cohere: ["api.cohere.com", "api.cohere.ai"],
  Perplexity: ["api.perplexity.ai"],
  Cerebras: ["api.cerebras.ai"],
  NVIDIA: ["integrate.api.nvidia.com"],
  "Hugging Face": ["router.huggingface.co"],
  Moonshot: ["api.moonshot.ai", "api.moonshot.cn"],
  DashScope: ["dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com"],
  SiliconFlow: ["api.siliconflow.cn", "api.siliconflow.com"],
  Zhipu: ["open.bigmodel.cn", "api.z.ai"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A host name as it is compared: in lower case, without the dot of a full name. */
export function comparableHost(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, "");
}

/** Whether a comparable host is one that the pattern stands for. A pattern has at most one `*`. */
export function isHost(host: string, pattern: string): boolean {
  const star = pattern.indexOf("*");
  if (star === -1) return host === pattern;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return host.length >= head.length + tail.length && host.startsWith(head) && host.endsWith(tail);
}
