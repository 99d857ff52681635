// Refuses a file before it is parsed: when it is too large, holds too many values, or has bytes that YAML forbids.

import { MAX_BYTES, MAX_DEPTH, MAX_NODES } from "../bounds.ts";
import type { Span } from "../diagnostics/location.ts";
import type { Source } from "./source.ts";

export type Refusal = {
  readonly code:
    | "file/too-large"
    | "file/encoding"
    | "yaml/control-character"
    | "yaml/too-deep"
    | "yaml/too-many-nodes";
  readonly span: Span;
  readonly message: string;
  readonly help?: string;
};

const START: Span = { start: 0, end: 0 };
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what the check looks for.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** The reason to refuse a file before it is parsed; `undefined` when there is none. */
export function refuseUnparsed(source: Source): Refusal | undefined {
  if (source.bytes > MAX_BYTES) {
    return { code: "file/too-large", span: START, message: `the file is larger than ${MAX_BYTES / 1024 / 1024} MiB` };
  }
  if (!source.wellFormed) {
    const at = Math.max(0, source.text.indexOf("\ufffd"));
    const span = { start: at, end: at + 1 };
    return { code: "file/encoding", span, message: "the file is not UTF-8", help: "save it as UTF-8" };
  }
  const control = source.text.search(CONTROL);
  if (control !== -1) {
    const hex = source.text.charCodeAt(control).toString(16).padStart(4, "0");
    const message = `a control character (U+${hex.toUpperCase()}) is not allowed in YAML`;
    return { code: "yaml/control-character", span: { start: control, end: control + 1 }, message };
  }
  return tooMany(source.text);
}

/** Characters that start or end a node: `\n " , [ ] { } & * !`. To parse a quarter of a million nodes takes seconds. */
const NODE_MARKS: ReadonlySet<number> = new Set([...'\n",[]{}&*!'].map((mark) => mark.charCodeAt(0)));

/** Counts the characters that make nodes, before the parser makes the nodes (hazard Y3). */
function tooMany(text: string): Refusal | undefined {
  let count = 0;
  let open = 0;
  let deep: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (!NODE_MARKS.has(unit)) continue;
    if (unit === 0x5b || unit === 0x7b) open++;
    if (unit === 0x5d || unit === 0x7d) open--;
    if (open > MAX_DEPTH) deep ??= at;
    // Brackets in quotes are counted too, so only a text that is nearly all brackets is reported as too deep here.
    if (++count > MAX_NODES) return deep !== undefined && open > MAX_NODES / 2 ? tooDeepAt(deep) : tooManyAt(at);
  }
  return undefined;
}

export function tooDeepAt(offset: number): Refusal {
  const message = `the file nests more than ${MAX_DEPTH} deep`;
  return { code: "yaml/too-deep", span: { start: offset, end: offset + 1 }, message };
}

export function tooManyAt(offset: number): Refusal {
  return {
    code: "yaml/too-many-nodes",
    span: { start: offset, end: offset },
    message: "the file holds more lines and values than a config may",
  };
}
