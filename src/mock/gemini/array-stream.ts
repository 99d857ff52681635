// Recognises and writes Gemini's other kind of stream: one JSON array that arrives in pieces.

import { queryOf } from "../dialect.ts";

/** Whether a request asks for a stream as a JSON array: `:streamGenerateContent` without `alt=sse`. */
export function isArrayStream(target: string): boolean {
  const path = target.split("?", 1)[0] ?? "";
  return path.endsWith(":streamGenerateContent") && queryOf(target).get("alt") !== "sse";
}

/** Writes the pieces of a JSON array of at least one item, one for each item. Joined, with the end, they are the array. */
export function arrayPieces(): { readonly item: (item: object) => string; readonly end: string } {
  let before = "[";
  return {
    item(item) {
      const piece = `${before}${JSON.stringify(item)}`;
      before = "\r\n,\r\n";
      return piece;
    },
    end: "]",
  };
}
