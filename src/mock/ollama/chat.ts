// Answers Ollama's `POST /api/chat` with lines of JSON, one word each, or with one object; and lists models as `GET /api/tags`.

import { type Call, type JsonEndpoint, type JsonObject, json, type PlainEndpoint, stream } from "../endpoint.ts";
import { MODELS } from "../models.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { countTokens, type Speech, speak } from "../speech.ts";

export const ollamaChat: JsonEndpoint = {
  method: "POST",
  path: "/api/chat",
  takes: "json",
  what: "Ollama chat, a stream of JSON lines unless stream is false",
  needs: ["model", "messages"],
  answer(call, body) {
    const speech = speak(promptOf(body["messages"]), call.settings.events);
    if (body["stream"] === false) return json({ ...line(call, body, speech.text), ...end(body, speech) });
    return stream(lines(call, body, speech), "application/x-ndjson");
  },
};

export const ollamaTags: PlainEndpoint = {
  method: "GET",
  path: "/api/tags",
  takes: "bytes",
  what: "the same models for Ollama's clients",
  answer: (call) => json({ models: MODELS.map(({ id }) => ({ name: id, model: id, modified_at: timeOf(call) })) }),
};

function* lines(call: Call, body: JsonObject, speech: Speech): Generator<string> {
  for (const text of speech.pieces) yield `${JSON.stringify({ ...line(call, body, text), done: false })}\n`;
  yield `${JSON.stringify({ ...line(call, body, ""), ...end(body, speech) })}\n`;
}

function line(call: Call, body: JsonObject, content: string) {
  return { model: body["model"], created_at: timeOf(call), message: { role: "assistant", content } };
}

function end(body: JsonObject, speech: Speech) {
  const prompt_eval_count = countTokens(allTextOf(body["messages"]));
  return { done: true, done_reason: "stop", prompt_eval_count, eval_count: speech.pieces.length };
}

function timeOf(call: Call): string {
  return new Date(call.now * 1000).toISOString();
}
