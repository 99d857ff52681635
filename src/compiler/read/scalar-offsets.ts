// Finds the source offset of each character of a scalar, through quotes, escapes, folded lines and indentation.

import type { ScalarNode } from "./tree.ts";

/**
 * Source offsets of the characters of a scalar's text, and one more for its end.
 * @returns `undefined` when this reading of the source gives another text: then only the whole scalar can be located
 */
export function scalarOffsets(node: ScalarNode, source: string): readonly number[] | undefined {
  const raw = source.slice(node.span.start, node.span.end);
  const read = READERS[node.style](raw);
  if (read.text.join("") !== node.text && !endsInBreaks(read, node.text)) return undefined;
  return read.offsets.map((offset) => offset + node.span.start);
}

/** The characters of a text, and the offset of each in the scalar's source; one more offset for the end. */
interface Read {
  readonly text: string[];
  readonly offsets: number[];
}

const READERS: { readonly [S in ScalarNode["style"]]: (raw: string) => Read } = {
  plain: (raw) => readFolded(raw, 0, raw.length),
  single: (raw) => readFolded(raw, 1, raw.length - 1, singleQuote),
  double: (raw) => readFolded(raw, 1, raw.length - 1, doubleQuote),
  block: readBlock,
};

/** Whether only line breaks follow in the text: the span of a block scalar leaves out those at its end. */
function endsInBreaks(read: Read, text: string): boolean {
  const joined = read.text.join("");
  return text.startsWith(joined) && /^\n*$/.test(text.slice(joined.length));
}

/** The text of the escape at `at`, and how many units it takes; `undefined` when there is none. */
type Escape = (raw: string, at: number) => { readonly text: string; readonly length: number } | undefined;

const singleQuote: Escape = (raw, at) => (raw.startsWith("''", at) ? { text: "'", length: 2 } : undefined);

const SIMPLE_ESCAPES: { readonly [letter: string]: string } = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  "/": "/",
  "\\": "\\",
  N: "\x85",
  _: "\xa0",
  L: "\u2028",
  P: "\u2029",
  "\t": "\t",
};
const CODE_LENGTH: { readonly [letter: string]: number } = { x: 2, u: 4, U: 8 };

const doubleQuote: Escape = (raw, at) => {
  if (raw[at] !== "\\") return undefined;
  const letter = raw[at + 1] ?? "";
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) return { text: simple, length: 2 };
  const digits = CODE_LENGTH[letter];
  if (digits !== undefined) {
    const code = Number.parseInt(raw.slice(at + 2, at + 2 + digits), 16);
    return { text: code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "", length: digits + 2 };
  }
  const continued = /^\\\r?\n[ \t]*/.exec(raw.slice(at, at + 4096));
  return { text: "", length: continued?.[0].length ?? 2 };
};

/** Reads a flow scalar: a line break and the space around it become one space, each further line break stays. */
function readFolded(raw: string, from: number, to: number, escapeAt?: Escape): Read {
  const read: Read = { text: [], offsets: [] };
  let at = from;
  while (at < to) {
    const escaped = escapeAt?.(raw, at);
    if (escaped !== undefined) {
      for (const unit of escaped.text.split("")) put(read, unit, at);
      at += escaped.length;
      continue;
    }
    const fold = foldAt(raw, at, to);
    if (fold === undefined) put(read, raw[at] ?? "", at++);
    else {
      const folded = fold.breaks > 1 ? "\n".repeat(fold.breaks - 1) : " ";
      for (const unit of folded) put(read, unit, at);
      at = fold.end;
    }
  }
  read.offsets.push(to);
  return read;
}

function foldAt(raw: string, at: number, to: number): { readonly end: number; readonly breaks: number } | undefined {
  if (!/[ \t\r\n]/.test(raw[at] ?? "")) return undefined;
  let end = at;
  let breaks = 0;
  while (end < to && /[ \t\r\n]/.test(raw[end] ?? "")) if (raw[end++] === "\n") breaks++;
  return breaks === 0 ? undefined : { end, breaks };
}

/** Reads a literal block scalar, or a folded one whose lines are plain text. Of other folded ones it reads a wrong text, which `scalarOffsets` notices. */
function readBlock(raw: string): Read {
  const read: Read = { text: [], offsets: [] };
  const header = raw.indexOf("\n") + 1;
  const body = raw.slice(header);
  const indent = /^(?:[ \t]*\r?\n)*( *)/.exec(body)?.[1]?.length ?? 0;
  let at = header;
  for (const line of body.split("\n")) {
    const content = line.endsWith("\r") ? line.slice(0, -1) : line;
    for (let index = indent; index < content.length; index++) put(read, content[index] ?? "", at + index);
    at += line.length + 1;
    if (at <= raw.length) put(read, raw.startsWith(">") ? " " : "\n", at - 1);
  }
  read.offsets.push(raw.length);
  return read;
}

function put(read: Read, unit: string, offset: number): void {
  read.text.push(unit);
  read.offsets.push(offset);
}
