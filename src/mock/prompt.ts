// What did the user say? The text of the last user message, in whichever of the three APIs' shapes it came.

import { isObject } from "./endpoint.ts";

/**
 * The words of the last user message: of chat completions and messages (`messages`), or of responses (`input`).
 * A shape that is not known has no words.
 * @param conversation a list of messages, or a bare string
 */
export function promptOf(conversation: unknown): string {
  if (typeof conversation === "string") return conversation;
  if (!Array.isArray(conversation)) return "";
  const last = conversation.findLast((message) => isObject(message) && message["role"] === "user");
  return isObject(last) ? textOf(last["content"]) : "";
}

/** All the words of a conversation, for counting tokens. */
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
