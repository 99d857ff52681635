// Reads the contents of Gemini's requests: the same conversation as in the other APIs, under other names.

import { isObject, type JsonObject } from "../endpoint.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { countTokens } from "../speech.ts";

/** The text of the last user turn. A content without a role is the user's. */
export function promptOfContents(contents: unknown): string {
  return promptOf(messagesOf(contents));
}

/** The tokens of a request's contents and system instruction. A response and the token count give the same number. */
export function inputTokens(body: JsonObject): number {
  const texts = [body["systemInstruction"] ?? body["system_instruction"], body["contents"]].map(textOfContents);
  return countTokens(texts.join(""));
}

/** The text of one content, or of a list of them. */
export function textOfContents(contents: unknown): string {
  return allTextOf(messagesOf(contents));
}

function messagesOf(contents: unknown): object[] {
  const list: unknown[] = Array.isArray(contents) ? contents : [contents];
  return list.filter(isObject).map(({ role, parts }) => {
    // Google takes a single part without the list, too.
    return { role: role ?? "user", content: isObject(parts) ? [parts] : parts };
  });
}
