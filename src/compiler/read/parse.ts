// Parses the YAML of a config file into our tree, within bounds on size and depth.

import { Composer, type Document, Lexer, Parser } from "yaml";
import { MAX_DEPTH, MAX_TOKENS } from "../bounds.ts";
import type { Span } from "../diagnostics/location.ts";
import type { Finding, Findings } from "../diagnostics/types.ts";
import { buildTree, isEmptyScalar } from "./build-tree.ts";
import { type Refusal, refuseUnparsed, tooDeepAt, tooManyAt } from "./size-bounds.ts";
import type { Source } from "./source.ts";
import type { Node } from "./tree.ts";
import { type Problem, syntaxFinding } from "./yaml-messages.ts";

/** The result of parsing a file. */
export interface Syntax {
  readonly root: Node | undefined;
  /** False when the parser found errors: then the later stages do not run. */
  readonly sound: boolean;
}

const START: Span = { start: 0, end: 0 };
const UNSOUND: Syntax = { root: undefined, sound: false };

/**
 * Parses a config file. Never throws, and takes time in proportion to the file, which is bounded.
 * Findings: `file/*` and `yaml/*`.
 */
export function parse(source: Source, findings: Findings): Syntax {
  const refusal = refuseUnparsed(source);
  if (refusal !== undefined) {
    findings.add({ path: [], ...refusal });
    return UNSOUND;
  }
  const scan: Scan = { refusal: undefined, quote: undefined, bracket: undefined };
  const { doc, second } = withoutStackTraces(() => compose(source.text, scan));
  if (scan.refusal !== undefined) {
    findings.add({ path: [], ...scan.refusal });
    return UNSOUND;
  }
  if (second !== undefined) findings.add(secondDocument(second));
  if (!reportProblems(doc, source.text, scan, findings)) return UNSOUND;
  if (doc.contents === null || isEmptyScalar(doc.contents)) {
    findings.add({ code: "yaml/empty", path: [], span: START, message: "there is no config in this file" });
    return UNSOUND;
  }
  const root = buildTree(doc.contents, source.text, findings);
  return { root, sound: root !== undefined };
}

function secondDocument(start: number): Finding {
  const message = "a config is one YAML document, and a second one starts here";
  const help = "remove the `---` line and what follows, or put it into a file of its own";
  return { code: "yaml/multiple-documents", path: [], span: { start, end: start + 3 }, message, help };
}

interface Scan {
  refusal: Refusal | undefined;
  /** The offset of a quoted scalar that is never closed. */
  quote: number | undefined;
  /** The offset of a flow collection that is never closed. */
  bracket: number | undefined;
}

interface Composed {
  readonly doc: Document.Parsed;
  /** The offset of a second document, if there is one. */
  readonly second: number | undefined;
}

function compose(text: string, scan: Scan): Composed {
  let doc: Document.Parsed | undefined;
  for (const next of new Composer(OPTIONS).compose(boundedTokens(text, scan), true, text.length)) {
    if (doc !== undefined) return { doc, second: next.range[0] };
    doc = next;
  }
  if (doc === undefined) throw new Error("the parser always returns a document");
  return { doc, second: undefined };
}

/** We report duplicate keys ourselves (hazard Y3), and compute lines and columns ourselves. */
const OPTIONS = {
  version: "1.2",
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "error",
  resolveKnownTags: false,
} as const;

/** The parser's tokens. They end early when they nest too deep or are too many (hazards Y2, Y3). */
function* boundedTokens(text: string, scan: Scan): ReturnType<Parser["parse"]> {
  const parser = new Parser();
  const watch = watchOpenings(scan);
  let offset = 0;
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (++count > MAX_TOKENS) scan.refusal = tooManyAt(offset);
    // The stack also holds the document and, on top, a scalar.
    if (parser.stack.length > MAX_DEPTH + 1 && nesting(parser) > MAX_DEPTH) scan.refusal = tooDeepAt(offset);
    if (scan.refusal !== undefined) return;
    watch(lexeme, offset);
    if (!MARKERS.has(lexeme)) offset += lexeme.length;
  }
  watch(FLOW_CUT, offset);
  yield* parser.end();
}

/** Remembers, lexeme by lexeme, the start of a quote or bracket that is never closed. */
function watchOpenings(scan: Scan): (lexeme: string, offset: number) => void {
  const brackets: number[] = [];
  return (lexeme, offset) => {
    if (lexeme === "[" || lexeme === "{") brackets.push(offset);
    else if (lexeme === "]" || lexeme === "}") brackets.pop();
    else if (lexeme === FLOW_CUT) scan.bracket ??= brackets.at(-1);
    else if (isUnclosed(lexeme)) scan.quote ??= offset;
  };
}

/** The lexer's mark for a flow collection whose closing bracket is missing. */
const FLOW_CUT = "\u0018";

/** Lexemes that are marks of the lexer and take up no text. */
const MARKERS: ReadonlySet<string> = new Set(["\u0002", FLOW_CUT, "\u001f"]);
const COLLECTIONS: ReadonlySet<string> = new Set(["block-map", "block-seq", "flow-collection"]);

function nesting(parser: Parser): number {
  return parser.stack.filter((token) => COLLECTIONS.has(token.type)).length;
}

function isUnclosed(lexeme: string): boolean {
  const quote = lexeme[0];
  if (quote !== '"' && quote !== "'") return false;
  return lexeme.length === 1 || !lexeme.endsWith(quote);
}

/** How many of the parser's errors are looked at: a broken file causes the same ones again and again. */
const MAX_PROBLEMS = 1000;

/** Reports what the parser found. @returns false when there are errors; unknown tags are only warnings of the parser */
function reportProblems(
  doc: { readonly errors: readonly Problem[]; readonly warnings: readonly Problem[] },
  text: string,
  scan: Scan,
  findings: Findings,
): boolean {
  let line = -1;
  for (const problem of doc.errors.slice(0, MAX_PROBLEMS)) {
    const at = lineStart(text, problem.pos[0]);
    // An error on the same line, or about the rest of the text, is most often a consequence of the first.
    if (line !== -1 && (at <= line || / (?:in YAML stream|at node end)/.test(problem.message))) continue;
    line = at;
    findings.add(syntaxFinding(problem, text, scan));
    // After an open quote or bracket, or beside a tab, the parser reads the text wrongly.
    if (problem.code === "TAB_AS_INDENT" || /closing .quote|^Flow/.test(problem.message)) break;
  }
  for (const warning of doc.warnings.slice(0, MAX_PROBLEMS)) findings.add(syntaxFinding(warning, text, {}));
  return doc.errors.length === 0;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/**
 * Runs a parse without a stack trace in each of its error values. The traces cost more than the parse, and a hostile
 * file causes many errors.
 */
function withoutStackTraces<T>(run: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
