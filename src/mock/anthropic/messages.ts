// Answers `POST /v1/messages` with one message or with the events that build it, one word each, and counts tokens.

import {
  type Call,
  type Frame,
  frame,
  type JsonEndpoint,
  type JsonObject,
  json,
  stream,
  telling,
} from "../endpoint.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { countTokens as estimate, type Speech, speak, tokenLimit } from "../speech.ts";
import { deltaUsage, messageUsage, startUsage } from "../usage/anthropic-usage.ts";
import { type Bill, billAfter, billOf } from "../usage/bill.ts";

export const messages: JsonEndpoint = {
  method: "POST",
  path: "/v1/messages",
  takes: "json",
  what: "Anthropic messages, JSON or a stream",
  needs: ["model", "max_tokens", "messages"],
  answer(call, body) {
    const speech = speak(promptOf(body["messages"]), call.settings.events, tokenLimit(body["max_tokens"]));
    const bill = billOf(call.settings, inputTokens(body), speech.pieces.length);
    if (body["stream"] === true) return stream(events(call, body, speech, bill), bill);
    const whole = message(call, body, speech);
    if (call.settings.quirks.has("none")) return json(whole, bill);
    const { usage, tells } = messageUsage(bill, call.settings.quirks);
    return json({ ...whole, usage }, bill, tells);
  },
};

export const countTokens: JsonEndpoint = {
  method: "POST",
  path: "/v1/messages/count_tokens",
  takes: "json",
  what: "Anthropic token count",
  needs: ["model", "messages"],
  answer: (_call, body) => json({ input_tokens: inputTokens(body) }),
};

function message(call: Call, body: JsonObject, speech: Speech) {
  return {
    ...envelope(call, body),
    content: [{ type: "text", text: speech.text, citations: null }],
    stop_reason: stopReason(speech),
  };
}

function* events(call: Call, body: JsonObject, speech: Speech, bill: Bill): Generator<Frame> {
  const { quirks } = call.settings;
  const tellsNone = quirks.has("none");
  const event = (type: string, data: object = {}) => frame({ type, ...data }, type);
  const start = startUsage(bill, quirks);
  const begun = { ...envelope(call, body), content: [], stop_reason: null, ...(!tellsNone && { usage: start.usage }) };
  const delta = (stop_reason: string | null, words: number) => {
    const written = deltaUsage(billAfter(bill, words), quirks);
    const data = { delta: { stop_reason, stop_sequence: null }, ...(!tellsNone && { usage: written.usage }) };
    const text = event("message_delta", data);
    return tellsNone ? text : telling(text, written, stop_reason !== null);
  };
  const begins = event("message_start", { message: begun });

  yield tellsNone ? begins : telling(begins, start, false);
  yield event("content_block_start", { index: 0, content_block: { type: "text", text: "", citations: null } });
  yield event("ping");
  for (const text of speech.pieces)
    yield event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
  yield event("content_block_stop", { index: 0 });
  if (quirks.has("deltas")) {
    yield delta(null, Math.ceil(speech.pieces.length / 3));
    yield delta(null, Math.ceil((2 * speech.pieces.length) / 3));
  }
  yield delta(stopReason(speech), speech.pieces.length);
  yield event("message_stop");
}

function envelope(call: Call, body: JsonObject) {
  return { id: `msg_${call.id}`, type: "message", role: "assistant", model: body["model"], stop_sequence: null };
}

function stopReason(speech: Speech): string {
  return speech.cutShort ? "max_tokens" : "end_turn";
}

/** The tokens of a request's messages and system prompt. `usage` of a message and the token count give the same number. */
function inputTokens(body: JsonObject): number {
  return estimate([body["system"], body["messages"]].map(allTextOf).join(""));
}
