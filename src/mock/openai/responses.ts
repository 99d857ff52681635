// Answers `POST /v1/responses` with one object, or with the events that build it, one word each.

import {
  type Call,
  type Frame,
  frame,
  isObject,
  type JsonEndpoint,
  type JsonObject,
  json,
  type StreamAnswer,
  stream,
  telling,
} from "../endpoint.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { speakSchema } from "../schema-speech.ts";
import { countTokens, type Speech, speak, tokenLimit } from "../speech.ts";
import { billOf, type WrittenUsage } from "../usage/bill.ts";
import { responsesUsage } from "../usage/openai-usage.ts";

/** The usage of a response that tells none. */
const NOT_TOLD = { usage: null, tells: undefined };

export const responses: JsonEndpoint = {
  method: "POST",
  path: "/v1/responses",
  takes: "json",
  what: "OpenAI responses, JSON or a stream",
  needs: ["model", "input"],
  answer(call, body) {
    const speech = speechFor(call, body);
    const { quirks } = call.settings;
    const bill = billOf(call.settings, countTokens(allTextOf(body["input"])), speech.pieces.length);
    const written = quirks.has("none") ? NOT_TOLD : responsesUsage(bill, quirks);
    if (body["stream"] === true) return stream(events(call, body, speech, written), bill);
    return json(finished(call, body, speech, written), bill, written.tells);
  },
};

/** Answers a request over a WebSocket that only hands in the first part of a conversation: nothing is spoken, or billed. */
export function warmUp(call: Call, body: JsonObject): StreamAnswer {
  const bill = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };
  const written = responsesUsage(bill, call.settings.quirks);
  const response = { ...envelope(call, body, "completed", []), usage: written.usage };
  const begun = envelope(call, body, "in_progress", []);
  const last = frame({ type: "response.completed", sequence_number: 1, response });
  return stream(
    [frame({ type: "response.created", sequence_number: 0, response: begun }), telling(last, written, true)],
    bill,
  );
}

function speechFor(call: Call, body: JsonObject): Speech {
  const prompt = promptOf(body["input"]);
  const asked = isObject(body["text"]) ? body["text"]["format"] : undefined;
  if (isObject(asked) && isObject(asked["schema"])) return speakSchema(asked["schema"], prompt);
  return speak(prompt, call.settings.events, tokenLimit(body["max_output_tokens"]));
}

function* events(call: Call, body: JsonObject, speech: Speech, written: WrittenUsage): Generator<Frame> {
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
  const last = event(`response.${endOf(call, speech)}`, { response: finished(call, body, speech, written) });
  yield telling(last, written, true);
}

function finished(call: Call, body: JsonObject, speech: Speech, written: WrittenUsage) {
  const end = endOf(call, speech);
  return {
    ...envelope(call, body, end, [spokenItem(call, speech)]),
    error: end === "failed" ? { code: "server_error", message: "The mock provider was asked to fail." } : null,
    incomplete_details: end === "incomplete" ? { reason: "max_output_tokens" } : null,
    usage: written.usage,
  };
}

/** The status of the whole response. */
function endOf(call: Call, speech: Speech): string {
  return call.settings.quirks.has("failed") ? "failed" : status(speech);
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
