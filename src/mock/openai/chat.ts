// Answers `POST /v1/chat/completions` with one object, or with chunks of it, one word each.

import {
  type Call,
  DONE,
  type Frame,
  frame,
  isObject,
  type JsonEndpoint,
  type JsonObject,
  json,
  stream,
  telling,
} from "../endpoint.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { speakSchema } from "../schema-speech.ts";
import { countTokens, type Speech, speak, tokenLimit } from "../speech.ts";
import { type Bill, billAfter, billOf } from "../usage/bill.ts";
import { chatUsage } from "../usage/openai-usage.ts";

export const chatCompletions: JsonEndpoint = {
  method: "POST",
  path: "/v1/chat/completions",
  takes: "json",
  what: "OpenAI chat completions, JSON or a stream",
  needs: ["model", "messages"],
  answer(call, body) {
    const speech = speechFor(call, body);
    const bill = billOf(call.settings, countTokens(allTextOf(body["messages"])), speech.pieces.length);
    if (body["stream"] === true) return stream(chunks(call, body, speech, bill), bill);
    const completed = completion(call, body, speech);
    if (call.settings.quirks.has("none")) return json(completed, bill);
    const { usage, tells } = chatUsage(bill, call.settings.quirks);
    return json({ ...completed, usage }, bill, tells);
  },
};

function speechFor(call: Call, body: JsonObject): Speech {
  const prompt = promptOf(body["messages"]);
  const format = body["response_format"];
  const asked = isObject(format) ? format["json_schema"] : undefined;
  if (isObject(asked) && isObject(asked["schema"])) return speakSchema(asked["schema"], prompt);
  return speak(prompt, call.settings.events, tokenLimit(body["max_completion_tokens"] ?? body["max_tokens"]));
}

function completion(call: Call, body: JsonObject, speech: Speech) {
  const message = { role: "assistant", content: speech.text, refusal: null };
  return {
    ...envelope(call, body, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(speech) }],
  };
}

function* chunks(call: Call, body: JsonObject, speech: Speech, bill: Bill): Generator<Frame> {
  const { quirks } = call.settings;
  const options = body["stream_options"];
  const tellsNone = quirks.has("none");
  const asked = isObject(options) && options["include_usage"] === true && !tellsNone;
  const continuous = quirks.has("continuous") && !tellsNone;
  const head = envelope(call, body, "chat.completion.chunk");
  const chunk = (choices: readonly object[], words: number, more: object = {}) => {
    if (!continuous) return frame({ ...head, choices, ...(asked && { usage: null }), ...more });
    const soFar = chatUsage(billAfter(bill, words), quirks);
    return telling(frame({ ...head, choices, usage: soFar.usage, ...more }), soFar, words === speech.pieces.length);
  };
  const choice = (delta: object, words: number, finish: string | null = null) =>
    chunk([{ index: 0, delta, finish_reason: finish }], words);

  yield choice({ role: "assistant", content: "" }, 0);
  for (const [i, content] of speech.pieces.entries()) yield choice({ content }, i + 1);
  const counted = chatUsage(bill, quirks);
  const ended = [{ index: 0, delta: {}, finish_reason: finishReason(speech) }];
  const words = speech.pieces.length;
  if (quirks.has("x-groq") && !tellsNone) {
    yield telling(
      chunkText(chunk(ended, words, { x_groq: { id: `req_${call.id}`, usage: counted.usage } })),
      counted,
      true,
    );
  } else {
    yield chunk(ended, words);
  }
  if (asked || (quirks.has("unasked") && !tellsNone)) {
    yield telling(frame({ ...head, choices: [], usage: counted.usage }), counted, true);
  }
  yield DONE;
}

function chunkText(chunk: Frame): string {
  return typeof chunk === "string" ? chunk : chunk.text;
}

function envelope(call: Call, body: JsonObject, object: string) {
  return { id: `chatcmpl-${call.id}`, object, created: call.now, model: body["model"] };
}

function finishReason(speech: Speech): string {
  return speech.cutShort ? "length" : "stop";
}
