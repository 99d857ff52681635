// Answers `POST /v1/responses` with one object, or with the events that build it, one word each.

import { type Call, frame, isObject, type JsonEndpoint, type JsonObject, json, stream } from "../endpoint.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { speakSchema } from "../schema-speech.ts";
import { countTokens, type Speech, speak, tokenLimit } from "../speech.ts";

export const responses: JsonEndpoint = {
  method: "POST",
  path: "/v1/responses",
  takes: "json",
  what: "OpenAI responses, JSON or a stream",
  needs: ["model", "input"],
  answer(call, body) {
    const speech = speechFor(call, body);
    return body["stream"] === true ? stream(events(call, body, speech)) : json(finished(call, body, speech));
  },
};

function speechFor(call: Call, body: JsonObject): Speech {
  const prompt = promptOf(body["input"]);
  const asked = isObject(body["text"]) ? body["text"]["format"] : undefined;
  if (isObject(asked) && isObject(asked["schema"])) return speakSchema(asked["schema"], prompt);
  return speak(prompt, call.settings.events, tokenLimit(body["max_output_tokens"]));
}

function* events(call: Call, body: JsonObject, speech: Speech): Generator<string> {
  let sequence_number = 0;
  const event = (type: string, data: object) => frame({ type, sequence_number: sequence_number++, ...data }, type);
  const item_id = itemId(call);
  const at = { item_id, output_index: 0, content_index: 0 };
  const begun = envelope(call, body, "in_progress", []);

  yield event("response.created", { response: begun });
  yield event("response.in_progress", { response: begun });
  yield event("response.output_item.added", { output_index: 0, item: item(call, "in_progress", []) });
  yield event("response.content_part.added", { ...at, part: part("") });
  for (const delta of speech.pieces) yield event("response.output_text.delta", { ...at, delta, logprobs: [] });
  yield event("response.output_text.done", { ...at, text: speech.text, logprobs: [] });
  yield event("response.content_part.done", { ...at, part: part(speech.text) });
  yield event("response.output_item.done", { output_index: 0, item: spokenItem(call, speech) });
  const last = speech.cutShort ? "response.incomplete" : "response.completed";
  yield event(last, { response: finished(call, body, speech) });
}

function finished(call: Call, body: JsonObject, speech: Speech) {
  const input_tokens = countTokens(allTextOf(body["input"]));
  const output_tokens = speech.pieces.length;
  return {
    ...envelope(call, body, status(speech), [spokenItem(call, speech)]),
    incomplete_details: speech.cutShort ? { reason: "max_output_tokens" } : null,
    usage: {
      input_tokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input_tokens + output_tokens,
    },
  };
}

function envelope(call: Call, body: JsonObject, state: string, output: readonly object[]) {
  return {
    id: `resp_${call.id}`,
    object: "response",
    created_at: call.now,
    status: state,
    error: null,
    incomplete_details: null,
    instructions: body["instructions"] ?? null,
    metadata: {},
    model: body["model"],
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    usage: null,
  };
}

function spokenItem(call: Call, speech: Speech) {
  return item(call, status(speech), [part(speech.text)]);
}

function item(call: Call, state: string, content: readonly object[]) {
  return { id: itemId(call), type: "message", role: "assistant", status: state, content };
}

function part(text: string) {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

function itemId(call: Call): string {
  return `msg_${call.id}`;
}

function status(speech: Speech): string {
  return speech.cutShort ? "incomplete" : "completed";
}
