// Tests the usage that the mock reports in each form, also in unusual ways, and that its books say what was reported.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { told } from "../../src/mock/usage/bill.ts";
import { QUIRKS } from "../../src/mock/usage/quirks.ts";
import { framesOf, post } from "./client.ts";

let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0, key: "sk-right" });
});
afterAll(() => mock.close());
beforeEach(() => mock.books.reset());

/** A prompt of 100 tokens: 60 from a cache, 30 into one, 10 of these for an hour. 5 words and 7 tokens of reasoning. */
const KNOBS = {
  "x-mock-input-tokens": "100",
  "x-mock-cache-read": "60",
  "x-mock-cache-write": "30",
  "x-mock-cache-write-1h": "10",
  "x-mock-reasoning": "7",
  "x-mock-events": "5",
};
const BILL = { input: 100, cacheRead: 60, cacheWrite: 30, cacheWrite1h: 10, output: 12, reasoning: 7 };
const messages = [{ role: "user", content: "hi there" }];
const CHAT = { model: "m", messages };
const ASKED = { ...CHAT, stream: true, stream_options: { include_usage: true } };
const CONTENTS = { contents: [{ parts: [{ text: "hi there" }] }] };
const MESSAGES = { ...CHAT, max_tokens: 99 };

const PATHS = {
  chat: "/v1/chat/completions",
  responses: "/v1/responses",
  embeddings: "/v1/embeddings",
  messages: "/v1/messages",
  gemini: "/v1beta/models/m:generateContent",
  geminiSse: "/v1beta/models/m:streamGenerateContent?alt=sse",
  geminiArray: "/v1beta/models/m:streamGenerateContent",
  ollama: "/api/chat",
  ollamaPrompt: "/api/generate",
};
const KEYS = { authorization: "Bearer sk-right" };

async function ask(form: keyof typeof PATHS, body: object, quirks: string, knobs: object = KNOBS): Promise<string> {
  const odd = quirks === "" ? {} : { "x-mock-usage": quirks };
  const res = await post(mock.url + PATHS[form], body, { ...KEYS, ...knobs, ...odd });
  const text = await res.text();
  expect([res.status, res.status === 200 ? "" : text]).toEqual([200, ""]);
  // The entry is closed when the response is, which may be after its last byte has come.
  await mock.until(({ openRequests }) => openRequests === 0);
  return text;
}

/** The objects of a body in any of the forms. */
// biome-ignore lint/suspicious/noExplicitAny: the answers of five APIs
function objectsOf(text: string): any[] {
  if (/^(event|data): /.test(text)) {
    return framesOf(text).flatMap(({ data }) => (data === "[DONE]" ? [] : [JSON.parse(data)]));
  }
  if (text.startsWith("[")) return JSON.parse(text);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Every usage in a body, in its order, whatever its place. */
async function usagesOf(form: keyof typeof PATHS, body: object, quirks: string): Promise<unknown[]> {
  return objectsOf(await ask(form, body, quirks)).flatMap((object) => {
    if (form.startsWith("ollama")) {
      return object.done === true
        ? [{ prompt_eval_count: object.prompt_eval_count, eval_count: object.eval_count }]
        : [];
    }
    const places = [
      object.usage,
      object.usageMetadata,
      object.message?.usage,
      object.response?.usage,
      object.x_groq?.usage,
    ];
    return places.filter((usage) => usage !== undefined && usage !== null);
  });
}

const chatUsage = {
  prompt_tokens: 100,
  completion_tokens: 12,
  total_tokens: 112,
  prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
  completion_tokens_details: { reasoning_tokens: 7 },
};
const soFar = (words: number) => ({ ...chatUsage, completion_tokens: 7 + words, total_tokens: 107 + words });
const responsesUsage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
  output_tokens: 12,
  output_tokens_details: { reasoning_tokens: 7 },
  total_tokens: 112,
};
const cached = { input_tokens: 10, cache_creation_input_tokens: 30, cache_read_input_tokens: 60 };
const split = { cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 } };
const thinking = { output_tokens: 12, output_tokens_details: { thinking_tokens: 7 } };
const startUsage = { ...cached, ...split, output_tokens: 1, service_tier: "standard" };
const geminiUsage = (words: number) => ({
  promptTokenCount: 100,
  candidatesTokenCount: words,
  totalTokenCount: 107 + words,
  cachedContentTokenCount: 60,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: 100 }],
  thoughtsTokenCount: 7,
});
const GROWS = [1, 2, 3, 4, 5];
const ALL_BUT_1H = { input: 100, cacheRead: 60, cacheWrite: 30, output: 12, reasoning: 7 };
const ALL = { ...ALL_BUT_1H, cacheWrite1h: 10 };
const GEMINI = { input: 100, cacheRead: 60, output: 12, reasoning: 7 };

type Row = [
  form: keyof typeof PATHS,
  name: string,
  body: object,
  quirks: string,
  usages: unknown[],
  tells: object | null,
];

const ROWS: Row[] = [
  ["chat", "JSON", CHAT, "", [chatUsage], ALL_BUT_1H],
  ["chat", "a stream that asks", ASKED, "", [chatUsage], ALL_BUT_1H],
  ["chat", "a stream that does not ask", { ...CHAT, stream: true }, "", [], null],
  ["chat", "JSON", CHAT, "none", [], null],
  ["chat", "a stream that asks", ASKED, "none,x-groq,continuous,unasked", [], null],
  ["chat", "JSON", CHAT, "negative", [{ ...chatUsage, prompt_tokens: -1 }], null],
  ["chat", "a stream that does not ask", { ...CHAT, stream: true }, "unasked", [chatUsage], ALL_BUT_1H],
  ["chat", "a stream", { ...CHAT, stream: true }, "continuous", [0, ...GROWS, 5].map(soFar), ALL_BUT_1H],
  ["chat", "a stream", { ...CHAT, stream: true }, "x-groq", [chatUsage], ALL_BUT_1H],
  ["chat", "a stream that asks", ASKED, "x-groq", [chatUsage, chatUsage], ALL_BUT_1H],
  [
    ...(["chat", "JSON", CHAT, "hit-miss"] as const),
    [{ ...chatUsage, prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 }],
    ALL_BUT_1H,
  ],
  ["chat", "JSON", CHAT, "reasoning-apart", [{ ...chatUsage, completion_tokens: 5 }], ALL_BUT_1H],
  [
    ...(["chat", "JSON", CHAT, "cost-ticks"] as const),
    [{ ...chatUsage, cost_in_usd_ticks: 1_480_000 }],
    { ...ALL_BUT_1H, costTicks: 1_480_000 },
  ],
  [
    ...(["chat", "a stream that asks", ASKED, "cost, reasoning-apart"] as const),
    [{ ...chatUsage, completion_tokens: 5, cost: 0.000148 }],
    { ...ALL_BUT_1H, costTicks: 1_480_000 },
  ],
  ["responses", "JSON", { model: "m", input: "hi" }, "", [responsesUsage], ALL_BUT_1H],
  ["responses", "a stream", { model: "m", input: "hi", stream: true }, "", [responsesUsage], ALL_BUT_1H],
  [
    "responses",
    "a stream that fails",
    { model: "m", input: "hi", stream: true },
    "failed",
    [responsesUsage],
    ALL_BUT_1H,
  ],
  ["responses", "a stream", { model: "m", input: "hi", stream: true }, "none", [], null],
  ["responses", "JSON", { model: "m", input: "hi" }, "negative", [{ ...responsesUsage, input_tokens: -1 }], null],
  [
    ...(["responses", "JSON", { model: "m", input: "hi" }, "cost-ticks"] as const),
    [{ ...responsesUsage, cost_in_usd_ticks: 1_480_000 }],
    { ...ALL_BUT_1H, costTicks: 1_480_000 },
  ],
  ["embeddings", "JSON", { model: "m", input: "a" }, "", [{ prompt_tokens: 100, total_tokens: 100 }], { input: 100 }],
  ["embeddings", "JSON", { model: "m", input: "a" }, "none", [], null],
  ["messages", "JSON", MESSAGES, "", [{ ...cached, ...split, ...thinking, service_tier: "standard" }], ALL],
  ["messages", "JSON", MESSAGES, "none", [], null],
  ["messages", "a stream", { ...MESSAGES, stream: true }, "", [startUsage, thinking], ALL],
  ["messages", "a stream", { ...MESSAGES, stream: true }, "none,deltas", [], null],
  [
    ...(["messages", "a stream", { ...MESSAGES, stream: true }, "negative"] as const),
    [{ ...startUsage, input_tokens: -1 }, thinking],
    null,
  ],
  [
    ...(["messages", "a stream", { ...MESSAGES, stream: true }, "deltas"] as const),
    [startUsage, { ...thinking, output_tokens: 9 }, { ...thinking, output_tokens: 11 }, thinking],
    ALL,
  ],
  [
    ...(["messages", "a stream", { ...MESSAGES, stream: true }, "delta-full"] as const),
    [startUsage, { ...cached, ...thinking }],
    ALL,
  ],
  [
    ...(["messages", "a stream", { ...MESSAGES, stream: true }, "delta-null"] as const),
    [startUsage, { input_tokens: null, cache_creation_input_tokens: null, cache_read_input_tokens: null, ...thinking }],
    ALL,
  ],
  [
    ...(["messages", "a stream", { ...MESSAGES, stream: true }, "delta-zero"] as const),
    [startUsage, { input_tokens: 0, ...thinking }],
    ALL,
  ],
  [
    ...(["messages", "a stream", { ...MESSAGES, stream: true }, "cache-in-delta"] as const),
    [
      { input_tokens: 100, output_tokens: 1 },
      { ...cached, ...thinking },
    ],
    ALL_BUT_1H,
  ],
  ["gemini", "JSON", CONTENTS, "", [geminiUsage(5)], GEMINI],
  ["gemini", "JSON", CONTENTS, "thoughts-inside", [{ ...geminiUsage(5), candidatesTokenCount: 12 }], GEMINI],
  ["gemini", "JSON", CONTENTS, "negative", [{ ...geminiUsage(5), promptTokenCount: -1 }], null],
  ["gemini", "JSON", CONTENTS, "none", [], null],
  ["geminiSse", "events", CONTENTS, "", GROWS.map(geminiUsage), GEMINI],
  ["geminiArray", "a JSON array", CONTENTS, "", GROWS.map(geminiUsage), GEMINI],
  ["geminiArray", "a JSON array", CONTENTS, "none", [], null],
  ["ollama", "a stream", CHAT, "", [{ prompt_eval_count: 100, eval_count: 12 }], { input: 100, output: 12 }],
  ["ollama", "JSON", { ...CHAT, stream: false }, "no-prompt-count", [{ eval_count: 12 }], { output: 12 }],
  ["ollama", "a stream", CHAT, "negative", [{ prompt_eval_count: -1, eval_count: 12 }], null],
  ["ollama", "a stream", CHAT, "negative,no-prompt-count", [{ eval_count: -1 }], null],
  ["ollama", "a stream", CHAT, "none", [{}], null],
  [
    ...(["ollamaPrompt", "a stream", { model: "m", prompt: "hi" }, ""] as const),
    [{ prompt_eval_count: 100, eval_count: 12 }],
    { input: 100, output: 12 },
  ],
];

describe("each form tells", () => {
  it.each(ROWS)("%s: %s (%#)", async (form, _name, body, quirks, usages, tells) => {
    expect(await usagesOf(form, body, quirks)).toEqual(usages);
    const billed = form === "embeddings" ? { ...BILL, output: 0, reasoning: 0 } : BILL;
    expect(mock.books.entries).toEqual([
      {
        requestId: null,
        model: "m",
        key: "sk-...",
        billed,
        told: tells === null ? "none" : "all",
        tells: tells === null ? null : told(tells),
        state: "whole",
      },
    ]);
  });

  it("every odd way at least once in this table", () => {
    const used = new Set(ROWS.flatMap(([, , , quirks]) => quirks.split(",").map((word) => word.trim())));
    expect(Object.keys(QUIRKS).filter((word) => !used.has(word))).toEqual([]);
  });
});

describe("without settings", () => {
  it.each<[keyof typeof PATHS, object, object]>([
    ["chat", CHAT, { input: 2, cacheRead: 0, output: 53, reasoning: 0 }],
    ["responses", { model: "m", input: "hi there" }, { input: 2, cacheRead: 0, output: 53, reasoning: 0 }],
    ["messages", MESSAGES, { input: 2, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 53 }],
    ["gemini", CONTENTS, { input: 2, output: 53 }],
    ["ollama", CHAT, { input: 2, output: 53 }],
  ])("%s counts the prompt and the words, and nothing is cached", async (form, body, tells) => {
    await ask(form, body, "", {});
    expect(mock.books.entries.map((entry) => entry.tells)).toEqual([told(tells)]);
  });

  it.each(["", "x-groq", "unasked"])("the parts of a stream that does not ask carry no usage (%j)", async (quirks) => {
    const chunks = objectsOf(await ask("chat", { ...CHAT, stream: true }, quirks));
    expect(chunks.slice(0, 6).filter((chunk) => "usage" in chunk)).toEqual([]);
  });
});

it("the parts of a prompt lie inside it", async () => {
  await ask("messages", MESSAGES, "", {
    "x-mock-cache-read": "1",
    "x-mock-cache-write": "9",
    "x-mock-cache-write-1h": "9",
  });
  expect(mock.books.entries[0]?.billed).toMatchObject({ input: 2, cacheRead: 1, cacheWrite: 1, cacheWrite1h: 1 });
});

it.each([
  ["failed", "failed", "response.failed"],
  ["", "completed", "response.completed"],
])("a response can end as %s", async (quirks, status, type) => {
  const body = { model: "m", input: "hi", stream: true };
  expect(objectsOf(await ask("responses", body, quirks)).at(-1)).toMatchObject({ type, response: { status } });
});

it("a transcription tells tokens or seconds, by its model", async () => {
  const transcribe = async (model: string, headers: Record<string, string> = {}) => {
    const form = new FormData();
    form.set("model", model);
    form.set("file", new File([Buffer.alloc(70_001)], "a.wav"));
    const res = await fetch(`${mock.url}/v1/audio/transcriptions`, {
      method: "POST",
      body: form,
      headers: { ...KEYS, ...headers },
    });
    return ((await res.json()) as { usage?: unknown }).usage;
  };
  expect(await transcribe("whisper-1")).toEqual({ type: "duration", seconds: 3 });
  expect(mock.books.entries).toEqual([]);
  expect(await transcribe("gpt-4o-transcribe")).toEqual({
    type: "tokens",
    input_tokens: 30,
    input_token_details: { text_tokens: 0, audio_tokens: 30 },
    output_tokens: 12,
    total_tokens: 42,
  });
  expect(mock.books.entries[0]?.tells).toEqual(told({ input: 30, output: 12 }));
  expect(await transcribe("gpt-4o-transcribe", { "x-mock-usage": "none" })).toBe(undefined);
});

it.each([
  ["x-mock-usage", "nothing"],
  ["x-mock-usage", "none,"],
  ["x-mock-usage", ""],
  ["x-mock-usage", "constructor"],
  ["x-mock-coding", "zstd"],
  ["x-mock-coding", "gzip, br"],
  ["x-mock-coding", ""],
])("%s: %j is refused, with the words that are known", async (header, value) => {
  const res = await post(mock.url + PATHS.chat, CHAT, { ...KEYS, [header]: value });
  expect(res.status).toBe(400);
  const { error } = (await res.json()) as { error: { message: string } };
  expect(error.message).toMatch(new RegExp(`^${header} must be of: (none|gzip), `));
});

it("the guide names the words", async () => {
  const page = await (await fetch(mock.url)).text();
  for (const word of [...Object.keys(QUIRKS), "x-mock-usage", "x-mock-coding", "GET /__books"])
    expect(page).toContain(word);
});

it("what counts tokens is no usage, and nor is an error", async () => {
  await post(`${mock.url}/v1/messages/count_tokens`, CHAT, KEYS);
  await post(`${mock.url}/v1beta/models/m:countTokens`, CONTENTS, KEYS);
  await post(mock.url + PATHS.chat, CHAT, { ...KEYS, "x-mock-status": "500" });
  await post(mock.url + PATHS.chat, CHAT);
  expect(mock.books.entries).toEqual([]);
});
