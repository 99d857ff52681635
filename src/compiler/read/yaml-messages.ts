// Turns an error of the YAML parser into a finding: plain words, the exact location, and a fix.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import type { Span } from "../diagnostics/location.ts";
import { otherSyntax, otherSyntaxTexts } from "../diagnostics/other-syntax.ts";
import type { Finding } from "../diagnostics/types.ts";

/** An error or a warning of the parser. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

interface Explanation {
  readonly message: string;
  readonly help?: string;
  readonly span?: Span;
}

/** The offsets of a quote and a bracket that are never closed. */
export interface Unclosed {
  readonly quote?: number | undefined;
  readonly bracket?: number | undefined;
}

export function syntaxFinding(problem: Problem, text: string, open: Unclosed): Finding {
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
  const other = otherSyntaxAt(text, span.start);
  if (other !== undefined) return { code: "env/other-syntax", path: [], ...other };
  const explanation = EXPLANATIONS[problem.code]?.(text, span, problem, open) ?? {
    message: lowerFirst(firstLine(problem.message)),
  };
  const code = OTHER_CODES[problem.code] ?? "yaml/syntax";
  return { code, path: [], span: explanation.span ?? span, message: explanation.message, help: explanation.help };
}

/** Errors of the parser that have a code of their own. */
const OTHER_CODES: { readonly [code: string]: "yaml/tag" | "yaml/directive" | "yaml/alias" } = {
  TAG_RESOLVE_FAILED: "yaml/tag",
  BAD_DIRECTIVE: "yaml/directive",
  BAD_ALIAS: "yaml/alias",
};

type Explain = (text: string, span: Span, problem: Problem, open: Unclosed) => Explanation;

const QUOTE_HELP = "put the value in quotes";

const EXPLANATIONS: { readonly [code: string]: Explain } = {
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
    message: "this is not an escape sequence of double-quoted text",
    help: "write `\\\\` for a backslash, or use single quotes",
  }),
  UNEXPECTED_TOKEN: unexpected,
  MULTIPLE_ANCHORS: () => ({ message: "a value can have one anchor only", help: "remove one of the two" }),
  MULTIPLE_TAGS: () => ({ message: "a value can have one tag only", help: "remove one of the two" }),
  KEY_OVER_1024_CHARS: () => ({ message: "a key can't be longer than 1024 characters" }),
  BLOCK_IN_FLOW: () => ({
    message: "an indented block is not allowed inside [ ] or { }",
    help: "close the bracket first",
  }),
  TAG_RESOLVE_FAILED: (text, span) => ({ message: "this tag has no meaning here", help: tagHelp(text, span) }),
  BAD_ALIAS: () => ({
    message: "an alias needs the name of an anchor",
    help: "quote the value if the `*` is part of it",
  }),
  BAD_DIRECTIVE: () => ({ message: "this directive has no meaning here", help: "remove the line" }),
};

/** `!env NAME` and `!file PATH` of other tools. */
function tagHelp(text: string, span: Span): string {
  const line = text.slice(span.start, endOfLine(text, span.start));
  const [, name] = /^!(?:env|env_var|secret|var)\s+["']?(?:\$\{)?([A-Za-z_]\w*)\}?["']?\s*$/i.exec(line) ?? [];
  if (name !== undefined) return `write \${${name}}`;
  if (/^!(?:file|include)\s/i.test(line)) return "write ${file:PATH}";
  return "remove it, or quote the value if the `!` is part of it";
}

function missingChar(text: string, span: Span, problem: Problem, open: Unclosed): Explanation {
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
      message: "wrong indentation: this line matches no key of the list item above it",
      help: "indent it like the other keys of its item, or start it with `- `",
    };
  }
  if (/between flow/.test(problem.message)) {
    return { message: "a comma is missing before this", help: "items inside [ ] and { } are separated by commas" };
  }
  return { message: "a colon is missing after this key", help: "write `key: value`" };
}

function badIndent(text: string, _span: Span, problem: Problem, { bracket }: Unclosed): Explanation {
  if (!/Flow/.test(problem.message)) {
    return {
      message: "wrong indentation: this line matches no level above it",
      help: "indent it like the other keys of its mapping",
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

function secondColon(text: string, span: Span): Explanation {
  const line = text.slice(span.start, endOfLine(text, span.start));
  if (/:(?:\s|$)/.test(line)) {
    return {
      message: "there is a second `: ` on this line",
      help: "quote the value if the colon is part of it, or put the inner key on a line of its own",
    };
  }
  return {
    message: "this key has a value and also keys below it",
    help: "indent the next line like this key, or remove the value",
  };
}

function noColon(text: string, span: Span): Explanation {
  const line = text.slice(span.start, endOfLine(text, span.start));
  const help = /^[A-Za-z_]+:\S/.test(line) ? "put a space after the colon" : "write `key: value`";
  return { message: "this line is neither a key with a value nor a list item", help };
}

function unexpected(text: string, span: Span, problem: Problem): Explanation {
  if (/block-seq-ind/.test(problem.message)) {
    return { message: "a list can't start on the line of its key", help: "put the `- ` on the next line" };
  }
  const char = text[span.start] ?? "";
  if (char === "]" || char === "}")
    return { message: `this \`${char}\` has no opening bracket`, help: "remove it, or add the opening bracket" };
  if (/at node end/.test(problem.message)) {
    return { message: "the value ends before this", help: quoteHelp(text, span.start) };
  }
  return { message: "this is not allowed here", help: "check the indentation, and the quotes and brackets above" };
}

/** The value to quote, where it is an IPv6 address: `[::]:8080`. */
function quoteHelp(text: string, offset: number): string {
  const [, address] = /:\s+(\[[0-9a-f:.]+\]:\d+)\s*$/i.exec(shortLine(text, offset).line) ?? [];
  return address === undefined ? "quote the whole value" : `quote the whole value: "${address}"`;
}

/** The `${…}` at the offset of an error, if there is one: in flow collections the brace ends a plain scalar. */
function unquotedReference(text: string, offset: number): Span | undefined {
  if (text[offset] !== "{" || text[offset - 1] !== "$") return undefined;
  const close = text.indexOf("}", offset);
  return { start: offset - 1, end: close === -1 || close > endOfLine(text, offset) ? offset + 1 : close + 1 };
}

/** A reference of another tool that YAML can't read: `%NAME%`, a text in backticks, `{{ .X | quote "y" }}`. */
function otherSyntaxAt(text: string, offset: number): { span: Span; message: string; help: string } | undefined {
  const { line, start: lineStart } = shortLine(text, offset);
  const [whole = "", before = "", value = ""] =
    /^(\s*(?:-\s+)*(?:[A-Za-z_]\w*:\s+)?)(\S.*?)(?:\s+#.*)?\s*$/.exec(line) ?? [];
  // Other values YAML can read: what is wrong with the line is something else.
  const other = whole !== "" && /^[%`@{]/.test(value) ? otherSyntax(value) : undefined;
  if (other === undefined) return undefined;
  const start = lineStart + before.length;
  return { span: { start, end: start + value.length }, ...otherSyntaxTexts(other) };
}

/** The line around an offset; no text of a line that is long, since a file may have an error at each of its characters. */
function shortLine(text: string, offset: number): { line: string; start: number } {
  const from = Math.max(0, offset - MAX_LINE);
  const window = text.slice(from, offset + MAX_LINE);
  const before = window.lastIndexOf("\n", offset - from - 1) + 1;
  const end = window.indexOf("\n", offset - from);
  const whole = (before > 0 || from === 0) && (end !== -1 || offset + MAX_LINE >= text.length);
  const line = whole ? window.slice(before, end === -1 ? undefined : end).replace(/\r$/, "") : "";
  return { line, start: from + before };
}

const MAX_LINE = 400;

/** The part of a span that can be underlined: on one line, not on a line break, and not empty if possible. */
function visible(text: string, span: Span): Span {
  let start = Math.min(Math.max(span.start, 0), text.length);
  // For a line that is indented wrongly, the text after its indentation.
  while (text[start] === " ") start++;
  if (start === text.length || text[start] === "\n") {
    // Something is missing here: show the last character before it.
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
