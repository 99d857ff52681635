// Builds the events of OpenAI's Realtime API.

import type { Frame, JsonObject } from "../endpoint.ts";
import { telling } from "../endpoint.ts";
import type { Speech } from "../speech.ts";
import type { WrittenUsage } from "../usage/bill.ts";

/** A session that speaks text. */
export function sessionOf(id: string, model: string): JsonObject {
  return {
    type: "realtime",
    object: "realtime.session",
    id,
    model,
    output_modalities: ["text"],
    instructions: "",
    tools: [],
    tool_choice: "auto",
    max_output_tokens: "inf",
  };
}

/** What a new item of the conversation is told with. */
export function itemEvents(item: JsonObject): readonly (readonly [type: string, data: object])[] {
  const data = { previous_item_id: null, item };
  return [
    ["conversation.item.added", data],
    ["conversation.item.done", data],
  ];
}

export interface RealtimeResponse {
  /** The number of the request. */
  readonly id: string;
  readonly speech: Speech;
  readonly written: WrittenUsage;
  readonly isFailed: boolean;
}

/** The events of a response, one word each. @param eventId makes the id of the next event */
export function* realtimeEvents(given: RealtimeResponse, eventId: () => string): Generator<Frame> {
  const { speech, written } = given;
  const response_id = `resp_${given.id}`;
  const item_id = `item_${given.id}`;
  const event = (type: string, data: object) => JSON.stringify({ type, event_id: eventId(), ...data });
  const item = (status: string, content: readonly object[]) => ({
    ...{ id: item_id, object: "realtime.item", type: "message", status, role: "assistant", content },
  });
  const response = (status: string, output: readonly object[], usage: object | null) => ({
    ...{ object: "realtime.response", id: response_id, status, status_details: null, output },
    ...{ conversation_id: "conv_1", output_modalities: ["text"], max_output_tokens: "inf", metadata: null, usage },
  });
  const at = { response_id, item_id, output_index: 0, content_index: 0 };
  const end = given.isFailed ? "failed" : speech.cutShort ? "incomplete" : "completed";
  const spoken = item(speech.cutShort ? "incomplete" : "completed", [{ type: "output_text", text: speech.text }]);

  yield event("response.created", { response: response("in_progress", [], null) });
  yield event("response.output_item.added", { response_id, output_index: 0, item: item("in_progress", []) });
  yield event("conversation.item.added", { previous_item_id: null, item: item("in_progress", []) });
  yield event("response.content_part.added", { ...at, part: { type: "text", text: "" } });
  for (const delta of speech.pieces) yield event("response.output_text.delta", { ...at, delta });
  yield event("response.output_text.done", { ...at, text: speech.text });
  yield event("response.content_part.done", { ...at, part: { type: "text", text: speech.text } });
  yield event("response.output_item.done", { response_id, output_index: 0, item: spoken });
  yield event("conversation.item.done", { previous_item_id: null, item: spoken });
  yield telling(event("response.done", { response: response(end, [spoken], written.usage) }), written, true);
}
