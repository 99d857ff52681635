// Finds the text of a conversation in the request formats of the APIs (chat completions, responses, messages).

import { isObject } from "./endpoint.ts";

/**
 * What the user asked: the last text of the last user message, because coding agents put their context into texts before it. An
 * unknown format gives an empty text.
 * @param conversation a list of messages or a string: `messages` of chat completions and messages, `input` of responses
 */
export function promptOf(conversation: unknown): string {
  if (typeof conversation === "string") return conversation;
  if (!Array.isArray(conversation)) return "";
  const last = conversation.findLast((message) => isObject(message) && message["role"] === "user");
  return isObject(last) ? (textsOf(last["content"]).at(-1) ?? "") : "";
}

/** The text of all messages, for counting tokens. */
export function allTextOf(conversation: unknown): string {
  if (!Array.isArray(conversation)) return textOf(conversation);
  return conversation.map((message) => (isObject(message) ? textOf(message["content"]) : "")).join("\n");
}

function textOf(content: unknown): string {
  return textsOf(content).join(" ");
}

function textsOf(content: unknown): string[] {
  if (typeof content === "string") return [content];
  if (!Array.isArray(content)) return [];
  const texts = content.map((part) => (isObject(part) ? part["text"] : undefined));
  return texts.filter((text) => typeof text === "string");
}
