// Answers Ollama's `POST /api/chat` and `POST /api/generate` with lines of JSON, one word each, or with one object; and lists models
// as `GET /api/tags`.

import {
  type Call,
  type Frame,
  type JsonEndpoint,
  type JsonObject,
  json,
  type PlainEndpoint,
  stream,
  telling,
} from "../endpoint.ts";
import { MODELS } from "../models.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { countTokens, type Speech, speak } from "../speech.ts";
import { type Bill, billOf, type WrittenUsage } from "../usage/bill.ts";
import { ollamaUsage } from "../usage/other-usage.ts";

/** How an endpoint names the text of its answer. */
type Content = (text: string) => object;

export const ollamaChat: JsonEndpoint = {
  method: "POST",
  path: "/api/chat",
  takes: "json",
  what: "Ollama chat, a stream of JSON lines unless stream is false",
  needs: ["model", "messages"],
  answer(call, body) {
    const { messages } = body;
    const content: Content = (text) => ({ message: { role: "assistant", content: text } });
    return answer(call, body, promptOf(messages), allTextOf(messages), content);
  },
};

export const ollamaGenerate: JsonEndpoint = {
  method: "POST",
  path: "/api/generate",
  takes: "json",
  what: "Ollama generate, the same for one prompt",
  needs: ["model", "prompt"],
  answer(call, body) {
    const prompt = promptOf(body["prompt"]);
    return answer(call, body, prompt, prompt, (response) => ({ response }));
  },
};

export const ollamaTags: PlainEndpoint = {
  method: "GET",
  path: "/api/tags",
  takes: "bytes",
  what: "the same models for Ollama's clients",
  answer: (call) => json({ models: MODELS.map(({ id }) => ({ name: id, model: id, modified_at: timeOf(call) })) }),
};

/** @param counted the text whose tokens count as the prompt */
function answer(call: Call, body: JsonObject, prompt: string, counted: string, content: Content) {
  const speech = speak(prompt, call.settings.events);
  const bill = billOf(call.settings, countTokens(counted), speech.pieces.length);
  const line = (text: string) => ({ model: body["model"], created_at: timeOf(call), ...content(text) });
  const written = usageOf(call, bill);
  const end = { done: true, done_reason: "stop", ...written?.usage };
  if (body["stream"] === false) return json({ ...line(speech.text), ...end }, bill, written?.tells);
  return stream(lines(speech, line, end, written), bill, "application/x-ndjson");
}

function* lines(speech: Speech, line: Content, end: object, written: WrittenUsage | undefined): Generator<Frame> {
  for (const text of speech.pieces) yield `${JSON.stringify({ ...line(text), done: false })}\n`;
  const last = `${JSON.stringify({ ...line(""), ...end })}\n`;
  yield written === undefined ? last : telling(last, written, true);
}

function usageOf({ settings: { quirks } }: Call, bill: Bill): WrittenUsage | undefined {
  return quirks.has("none") ? undefined : ollamaUsage(bill, quirks);
}

function timeOf(call: Call): string {
  return new Date(call.now * 1000).toISOString();
}
