// Makes requests of all APIs, with all their ways of reporting usage, as random numbers say.

/** What the client does with the answer. */
export type Leaves = "never" | "before the head" | "inside the body";

export interface MixedRequest {
  readonly method: string;
  /** Below the prefix of the route. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly model: string;
  readonly leaves: Leaves;
}

interface Form {
  readonly path: string;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** The unusual ways of reporting usage that this API has. */
  readonly quirks?: readonly string[];
}

const MESSAGES = [{ role: "user", content: "What do the books say?" }];
const ANTHROPIC = { "anthropic-version": "2023-06-01" };
const MESSAGES_QUIRKS = ["deltas", "delta-full", "delta-null", "delta-zero", "cache-in-delta"];
const CHAT_QUIRKS = ["hit-miss", "reasoning-apart", "cost-ticks", "cost", "continuous", "unasked", "x-groq"];
const CONTENTS = [{ role: "user", parts: [{ text: "hi" }] }];

const multipart = (model: string) =>
  `--b\r\ncontent-disposition: form-data; name="model"\r\n\r\n${model}\r\n` +
  `--b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n${"s".repeat(100)}\r\n--b--\r\n`;

/** Each form with its weight. */
const FORMS: readonly (readonly [weight: number, form: (model: string, max: number) => Form])[] = [
  [12, (model, max) => ({ path: "/v1/chat/completions", body: { model, messages: MESSAGES, max_tokens: max } })],
  [
    10,
    (model, max) => ({
      path: "/v1/chat/completions",
      body: {
        model,
        messages: MESSAGES,
        max_completion_tokens: max,
        stream: true,
        stream_options: { include_usage: true },
      },
      quirks: CHAT_QUIRKS,
    }),
  ],
  [6, (model) => ({ path: "/v1/chat/completions", body: { model, messages: MESSAGES, stream: true } })],
  [6, (model, max) => ({ path: "/v1/responses", body: { model, input: "hi", max_output_tokens: max } })],
  [6, (model) => ({ path: "/v1/responses", body: { model, input: "hi", stream: true }, quirks: ["failed"] })],
  [
    8,
    (model, max) => ({
      path: "/v1/messages",
      body: { model, messages: MESSAGES, max_tokens: max },
      headers: ANTHROPIC,
    }),
  ],
  [
    12,
    (model, max) => ({
      path: "/v1/messages",
      body: { model, messages: MESSAGES, max_tokens: max, stream: true },
      headers: ANTHROPIC,
      quirks: MESSAGES_QUIRKS,
    }),
  ],
  [6, (model) => ({ path: `/v1beta/models/${model}:generateContent`, body: { contents: CONTENTS } })],
  [
    6,
    (model) => ({
      path: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
      body: { contents: CONTENTS },
      quirks: ["thoughts-inside"],
    }),
  ],
  [4, (model) => ({ path: `/v1beta/models/${model}:streamGenerateContent`, body: { contents: CONTENTS } })],
  [6, (model) => ({ path: "/api/chat", body: { model, messages: MESSAGES }, quirks: ["no-prompt-count"] })],
  [4, (model) => ({ path: "/api/generate", body: { model, prompt: "hi", stream: false } })],
  [4, (model) => ({ path: "/v1/embeddings", body: { model, input: ["one", "two"] } })],
  [
    3,
    (model) => ({
      path: "/v1/audio/transcriptions",
      body: multipart(model),
      headers: { "content-type": "multipart/form-data; boundary=b" },
    }),
  ],
  [2, (model) => ({ path: "/v1/messages/count_tokens", body: { model, messages: MESSAGES }, headers: ANTHROPIC })],
  [2, () => ({ path: "/v1/models", method: "GET" })],
];
const TOTAL_WEIGHT = FORMS.reduce((sum, [weight]) => sum + weight, 0);

export const MODELS = ["gpt-4o-mini", "gpt-m-b", "gpt-m-c"] as const;

/** @param random gives numbers from 0 to just below 1 */
export function mixedRequest(random: () => number): MixedRequest {
  const upTo = (max: number) => Math.floor(random() * max);
  const oneOf = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;
  const model = oneOf(MODELS);
  const { path, body, headers = {}, method = "POST", quirks = [] } = formAt(upTo(TOTAL_WEIGHT))(model, 50 + upTo(400));
  const set: Record<string, string> = { "x-mock-events": String(1 + upTo(8)) };
  const input = upTo(5000);
  set["x-mock-input-tokens"] = String(input);
  if (random() < 0.4) set["x-mock-cache-read"] = String(upTo(input));
  if (random() < 0.3) set["x-mock-cache-write"] = String(upTo(500));
  if (random() < 0.2) set["x-mock-cache-write-1h"] = String(upTo(100));
  if (random() < 0.3) set["x-mock-reasoning"] = String(upTo(300));
  if (random() < 0.1) set["x-mock-split"] = String(40 + upTo(200));
  const told = random();
  if (told < 0.05) set["x-mock-usage"] = "none";
  else if (told < 0.07) set["x-mock-usage"] = "negative";
  else if (told < 0.4 && quirks.length > 0) set["x-mock-usage"] = oneOf(quirks);
  const coding = random() < 0.2 ? oneOf(["gzip", "deflate", "br"]) : "";
  if (coding !== "") Object.assign(set, { "x-mock-coding": coding, "accept-encoding": coding });
  const fate = random();
  let leaves: Leaves = "never";
  if (fate < 0.03) set["x-mock-status"] = oneOf(["400", "404", "429", "500", "503"]);
  else if (fate < 0.07) set["x-mock-cut-after"] = String(upTo(4));
  else if (fate < 0.1) {
    leaves = "before the head";
    set["x-mock-delay-ms"] = "200";
  } else if (fate < 0.18) {
    leaves = "inside the body";
    set["x-mock-pace-ms"] = "3";
  }
  const bytes = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return {
    method,
    path,
    model,
    leaves,
    body: bytes,
    headers: { "content-type": "application/json", ...headers, ...set },
  };
}

function formAt(place: number): (model: string, max: number) => Form {
  let left = place;
  for (const [weight, form] of FORMS) {
    if (left < weight) return form;
    left -= weight;
  }
  throw new Error("beyond the last form");
}
