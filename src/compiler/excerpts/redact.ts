// Replaces parts of a source line by asterisks: given ranges, or in an unparsed line all that could be a secret.

import { isWide, looksLikeKeyMaterial, shownKey } from "../diagnostics/printable.ts";
import { CONFIG_SHAPE } from "../schema/shape.generated.ts";
import { mayBeShown } from "../schema/shape.ts";
import type { Shape } from "../schema/shape-types.ts";

/** Replaces a range of a line by asterisks, one a character and of the same width. */
export function mask(text: string, start: number, end: number): string {
  const from = Math.max(0, start);
  const hidden = [...text.slice(from, Math.max(from, end))];
  // The indentation of a block scalar is not part of its value.
  const indent = from === 0 ? hidden.findIndex((char) => char !== " ") : 0;
  const stars = hidden.map((char, at) => (at < indent ? char : isWide(char) ? "\uff0a" : "*")).join("");
  return text.slice(0, from) + stars + text.slice(Math.max(from, end));
}

/** Masks a line of a file that could not be parsed: only keys, and values of keys that are never secret, are shown. */
export function maskUnparsed(line: string): string {
  const pieces = line.split(/(\$\{[A-Za-z_][A-Za-z0-9_]*\})/);
  return pieces.map((piece, index) => (index % 2 === 1 ? piece : piece.replace(/[^{}[\],]+/g, maskSegment))).join("");
}

function maskSegment(segment: string): string {
  const match = /^(\s*(?:-\s+)*)(["']?)([A-Za-z_][\w-]*)\2(\s*:|(?=\s))/.exec(segment);
  if (match === null) return maskWords(segment, 0);
  const [start, , , key = "", colon] = match;
  if (shownKey(key) !== key) return maskWords(segment, 0);
  if (!isShownKey(key)) return maskWords(segment, colon === "" ? 0 : start.length);
  // Only the first word of the value is shown: in a broken file the rest may be the value of another key.
  const word = /^\s*\S*/.exec(segment.slice(start.length))?.[0] ?? "";
  return maskWords(segment, start.length + (looksLikeKeyMaterial(word.trim()) ? 0 : word.length));
}

/** Hides the words from `from` on. */
function maskWords(segment: string, from: number): string {
  const hide = (word: string): string => mask(word, 0, word.length);
  return segment.slice(0, from) + segment.slice(from).replace(/[\p{L}\p{N}][^\s"']*/gu, hide);
}

let shownKeys: ReadonlySet<string> | undefined;

/** Whether every key of this name in the schema is a scalar that is not a secret. */
function isShownKey(key: string): boolean {
  shownKeys ??= collectShownKeys();
  return shownKeys.has(key);
}

function collectShownKeys(): ReadonlySet<string> {
  const shown = new Set<string>();
  const hidden = new Set<string>();
  const visit = (shape: Shape): void => {
    if (shape.kind === "list") visit(shape.items);
    if (shape.kind !== "object") return;
    for (const [key, value] of Object.entries(shape.keys)) {
      (mayBeShown(value) ? shown : hidden).add(key);
      visit(value);
    }
  };
  visit(CONFIG_SHAPE);
  return new Set([...shown].filter((key) => !hidden.has(key)));
}
