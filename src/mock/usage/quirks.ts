// Lists the words of `x-mock-usage`: unusual ways in which some providers report usage, so that a reader of usage can be tried on them.

/** Each word with its line in the guide. */
export const QUIRKS = {
  none: "all APIs: usage is not reported",
  negative: "all APIs: a number below zero is reported",
  unasked: "chat: the stream reports usage although nobody asked (OpenRouter, Mistral)",
  continuous: "chat: every chunk of a stream reports the usage so far (vLLM)",
  "x-groq": "chat: the last chunk reports usage in x_groq, asked or not (Groq)",
  "hit-miss": "chat: prompt_cache_hit_tokens and prompt_cache_miss_tokens (DeepSeek)",
  "reasoning-apart": "chat: reasoning is not inside completion_tokens (xAI)",
  "cost-ticks": "chat, responses: the cost, as cost_in_usd_ticks (xAI)",
  cost: "chat, responses: the cost, as cost (OpenRouter)",
  failed: "responses: the answer ends as failed, with usage",
  deltas: "messages: several message_delta events, with the output so far",
  "delta-full": "messages: message_delta repeats the input and cache counts",
  "delta-null": "messages: message_delta has null for them",
  "delta-zero": "messages: message_delta has 0 as input_tokens",
  "cache-in-delta": "messages: cache counts come only in message_delta; message_start has the whole prompt (Kimi)",
  "thoughts-inside": "Gemini: thoughts are inside candidatesTokenCount",
  "no-prompt-count": "Ollama: prompt_eval_count is missing",
} as const;

export type Quirk = keyof typeof QUIRKS;

/** Whether a text is one of the words. */
export function isQuirk(word: string): word is Quirk {
  return Object.hasOwn(QUIRKS, word);
}
