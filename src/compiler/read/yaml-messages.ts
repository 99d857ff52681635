// What does a parser's complaint mean in plain words, where exactly is it, and what mends it?

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import type { Finding } from "../diagnostics/types.ts";
import type { Span } from "./source.ts";

/** An error or a warning of the parser. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

interface Words {
  readonly message: string;
  readonly help?: string;
  readonly span?: Span;
}

/** Where something starts that is never closed. */
export interface Open {
  readonly quote?: number | undefined;
  readonly bracket?: number | undefined;
}
export function syntaxFinding(problem: Problem, text: string, open: Open): Finding {
  const span = visible(text, { start: problem.pos[0], end: problem.pos[1] });
  const reference = unquotedReference(text, span.start);
  if (reference !== undefined) {
    const shown = text.slice(reference.start, reference.end);
    const help = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(shown)
      ? `quote it: "${shown}"`
      : "put the whole value in double quotes";
    const message = "inside [ ] and { } a value with `${…}` has to be quoted";
    return { code: "yaml/unquoted-interpolation", path: [], span: reference, message, help };
  }
  const words = WORDS[problem.code]?.(text, span, problem, open) ?? {
    message: lowerFirst(firstLine(problem.message)),
  };
  const code = OTHER_CODES[problem.code] ?? "yaml/syntax";
  return { code, path: [], span: words.span ?? span, message: words.message, help: words.help };
}

/** What is no matter of syntax alone. */
const OTHER_CODES: { readonly [code: string]: "yaml/tag" | "yaml/directive" | "yaml/alias" } = {
  TAG_RESOLVE_FAILED: "yaml/tag",
  BAD_DIRECTIVE: "yaml/directive",
  BAD_ALIAS: "yaml/alias",
};

type Explain = (text: string, span: Span, problem: Problem, open: Open) => Words;

const QUOTE_HELP = "put the value in quotes";

const WORDS: { readonly [code: string]: Explain } = {
  TAB_AS_INDENT: () => ({ message: "a tab can't be used to indent", help: "indent with spaces" }),
  MISSING_CHAR: missingChar,
  BAD_INDENT: badIndent,
  BAD_SCALAR_START: (text, span) => ({
    message: `an unquoted value can't start with \`${text[span.start] ?? ""}\``,
    help: QUOTE_HELP,
  }),
  BLOCK_AS_IMPLICIT_KEY: secondColon,
  MULTILINE_IMPLICIT_KEY: noColon,
  BAD_DQ_ESCAPE: () => ({
    message: "this is no escape that double quotes know",
    help: "write `\\\\` for a backslash, or use single quotes",
  }),
  UNEXPECTED_TOKEN: unexpected,
  MULTIPLE_ANCHORS: () => ({ message: "a value can have one anchor only", help: "drop one of the two" }),
  MULTIPLE_TAGS: () => ({ message: "a value can have one tag only", help: "drop one of the two" }),
  KEY_OVER_1024_CHARS: () => ({ message: "a key can't be longer than 1024 characters" }),
  BLOCK_IN_FLOW: () => ({
    message: "an indented block can't stand inside [ ] or { }",
    help: "close the bracket first",
  }),
  TAG_RESOLVE_FAILED: () => ({
    message: "this tag has no meaning here",
    help: "drop it, or quote the value if the `!` is meant",
  }),
  BAD_ALIAS: () => ({ message: "an alias needs the name of an anchor", help: "quote the value if the `*` is meant" }),
  BAD_DIRECTIVE: () => ({ message: "this directive has no meaning here", help: "drop the line" }),
};

function missingChar(text: string, span: Span, problem: Problem, open: Open): Words {
  if (/closing/.test(problem.message)) {
    const start = open.quote ?? span.start;
    const quote = text[start] ?? '"';
    return {
      message: "this quoted text is never closed",
      help: `put a ${quote} at its end`,
      span: visible(text, { start, end: endOfLine(text, start) }),
    };
  }
  if (/Sequence item without/.test(problem.message)) {
    return {
      message: "this line stands at no level of the list above",
      help: "indent it like the other keys of its item, or start it with `- `",
    };
  }
  if (/between flow/.test(problem.message)) {
    return { message: "a comma is missing before this", help: "items inside [ ] and { } are separated by commas" };
  }
  return { message: "a colon is missing after this key", help: "write `key: value`" };
}

function badIndent(text: string, _span: Span, problem: Problem, { bracket }: Open): Words {
  if (!/Flow/.test(problem.message)) {
    return {
      message: "this line's indentation fits no level above it",
      help: "indent it like the keys it belongs with",
    };
  }
  if (bracket === undefined) {
    return {
      message: "inside brackets, lines must be indented deeper than their key",
      help: "indent this line further",
    };
  }
  const opening = text[bracket] ?? "[";
  return {
    message: `this \`${opening}\` is never closed`,
    help: `put a ${opening === "[" ? "]" : "}"} where it ends`,
    span: { start: bracket, end: bracket + 1 },
  };
}

function secondColon(text: string, span: Span): Words {
  const line = text.slice(span.start, endOfLine(text, span.start));
  if (/:(?:\s|$)/.test(line)) {
    return {
      message: "a second `: ` on one line",
      help: "quote the value if it holds a colon and a space, or put the inner key on a line of its own",
    };
  }
  return {
    message: "this key has a value, and keys below it too",
    help: "indent the next line like this key, or drop the value",
  };
}

function noColon(text: string, span: Span): Words {
  const line = text.slice(span.start, endOfLine(text, span.start));
  const help = /^[A-Za-z_]+:\S/.test(line) ? "put a space after the colon" : "write `key: value`";
  return { message: "this line is neither a key with a value nor a list item", help };
}

function unexpected(text: string, span: Span, problem: Problem): Words {
  if (/block-seq-ind/.test(problem.message)) {
    return { message: "a list can't start on the line of its key", help: "put the `- ` on the next line" };
  }
  const char = text[span.start] ?? "";
  if (char === "]" || char === "}")
    return { message: `this \`${char}\` closes nothing`, help: "drop it, or open the bracket" };
  if (/at node end/.test(problem.message))
    return { message: "the value ends before this", help: "quote the whole value" };
  return { message: "this doesn't belong here", help: "check the indentation, and the quotes and brackets above" };
}

/** The `${…}` that an error stands on, when it is one: in flow collections the brace ends a plain scalar. */
function unquotedReference(text: string, offset: number): Span | undefined {
  if (text[offset] !== "{" || text[offset - 1] !== "$") return undefined;
  const close = text.indexOf("}", offset);
  return { start: offset - 1, end: close === -1 || close > endOfLine(text, offset) ? offset + 1 : close + 1 };
}

/** A span on one line, inside the text, not empty where the text allows it, and not on a line break. */
function visible(text: string, span: Span): Span {
  let start = Math.min(Math.max(span.start, 0), text.length);
  // Of a line that is indented wrongly, what stands on it.
  while (text[start] === " ") start++;
  if (start === text.length || text[start] === "\n") {
    // The complaint is about what is missing here: show the last thing before it.
    while (start > 0 && /\s/.test(text[start - 1] ?? "")) start--;
    start = Math.max(0, start - 1);
  }
  const end = Math.max(start + 1, Math.min(span.end, endOfLine(text, start)));
  return { start, end: Math.min(end, text.length) };
}

function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  const end = newline === -1 ? text.length : newline;
  return text[end - 1] === "\r" && end - 1 > offset ? end - 1 : end;
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? "";
}

function lowerFirst(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1);
}
