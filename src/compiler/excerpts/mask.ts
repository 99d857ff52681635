// How is a stretch of a line hidden? By asterisks, as many as it has characters and as wide.

import { isWide } from "../diagnostics/printable.ts";

/** Asterisks for a stretch of a line, as many as it has characters and as wide. */
export function mask(text: string, start: number, end: number): string {
  const from = Math.max(0, start);
  const hidden = [...text.slice(from, Math.max(from, end))];
  // The indentation of a block scalar is none of it.
  const indent = from === 0 ? hidden.findIndex((char) => char !== " ") : 0;
  const stars = hidden.map((char, at) => (at < indent ? char : isWide(char) ? "\uff0a" : "*")).join("");
  return text.slice(0, from) + stars + text.slice(Math.max(from, end));
}
