// Answers `POST /v1/messages` with one message or with the events that build it, one word each, and counts tokens.

import { type Call, frame, type JsonEndpoint, type JsonObject, json, stream } from "../endpoint.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { countTokens as estimate, type Speech, speak, tokenLimit } from "../speech.ts";

export const messages: JsonEndpoint = {
  method: "POST",
  path: "/v1/messages",
  takes: "json",
  what: "Anthropic messages, JSON or a stream",
  needs: ["model", "max_tokens", "messages"],
  answer(call, body) {
    const speech = speak(promptOf(body["messages"]), call.settings.events, tokenLimit(body["max_tokens"]));
    return body["stream"] === true ? stream(events(call, body, speech)) : json(message(call, body, speech));
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
    usage: usage(body, speech.pieces.length),
  };
}

function* events(call: Call, body: JsonObject, speech: Speech): Generator<string> {
  const event = (type: string, data: object = {}) => frame({ type, ...data }, type);
  const begun = { ...envelope(call, body), content: [], stop_reason: null, usage: usage(body, 1) };

  yield event("message_start", { message: begun });
  yield event("content_block_start", { index: 0, content_block: { type: "text", text: "", citations: null } });
  yield event("ping");
  for (const text of speech.pieces)
    yield event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
  yield event("content_block_stop", { index: 0 });
  yield event("message_delta", {
    delta: { stop_reason: stopReason(speech), stop_sequence: null },
    usage: { output_tokens: speech.pieces.length },
  });
  yield event("message_stop");
}

function envelope(call: Call, body: JsonObject) {
  return { id: `msg_${call.id}`, type: "message", role: "assistant", model: body["model"], stop_sequence: null };
}

function stopReason(speech: Speech): string {
  return speech.cutShort ? "max_tokens" : "end_turn";
}

function usage(body: JsonObject, output_tokens: number) {
  return {
    input_tokens: inputTokens(body),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens,
    service_tier: "standard",
  };
}

/** The tokens of a request's messages and system prompt. `usage` of a message and the token count give the same number. */
function inputTokens(body: JsonObject): number {
  return estimate([body["system"], body["messages"]].map(allTextOf).join(""));
}
