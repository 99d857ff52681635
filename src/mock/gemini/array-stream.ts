// Recognises and writes Gemini's other kind of stream: one JSON array that arrives in pieces.

import { queryOf } from "../dialect.ts";

/** Whether a request asks for a stream as a JSON array: `:streamGenerateContent` without `alt=sse`. */
export function isArrayStream(target: string): boolean {
  const path = target.split("?", 1)[0] ?? "";
  return path.endsWith(":streamGenerateContent") && queryOf(target).get("alt") !== "sse";
}

/** The pieces of a JSON array, one for each item. Joined, they are the array. */
export function* arrayFrames(items: Iterable<object>): Generator<string> {
  let before = "[";
  for (const item of items) {
    yield `${before}${JSON.stringify(item)}`;
    before = "\r\n,\r\n";
  }
  yield before === "[" ? "[]" : "]";
}
