// Finds the text of a conversation in the request formats of the three APIs (chat completions, responses, messages).

import { isObject } from "./endpoint.ts";

/**
 * The text of the last user message. An unknown format gives an empty text.
 * @param conversation a list of messages or a string: `messages` of chat completions and messages, `input` of responses
 */
export function promptOf(conversation: unknown): string {
  if (typeof conversation === "string") return conversation;
  if (!Array.isArray(conversation)) return "";
  const last = conversation.findLast((message) => isObject(message) && message["role"] === "user");
  return isObject(last) ? textOf(last["content"]) : "";
}

/** The text of all messages, for counting tokens. */
export function allTextOf(conversation: unknown): string {
  if (!Array.isArray(conversation)) return textOf(conversation);
  return conversation.map((message) => (isObject(message) ? textOf(message["content"]) : "")).join("\n");
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  const texts = content.map((part) => (isObject(part) ? part["text"] : undefined));
  return texts.filter((text) => typeof text === "string").join(" ");
}
