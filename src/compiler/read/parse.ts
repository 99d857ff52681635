// What does the YAML say? The one door to the parser: bounded before it starts, and its nodes made into our tree.

import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, Parser, type Scalar } from "yaml";
import { MAX_DEPTH, MAX_TOKENS } from "../bounds.ts";
import type { Findings } from "../diagnostics/findings.ts";
import type { Finding } from "../diagnostics/types.ts";
import { buildTree } from "./build-tree.ts";
import type { RawNode } from "./raw-node.ts";
import { type Refusal, refuseUnread, tooDeepAt, tooManyAt } from "./size-bounds.ts";
import type { Source, Span } from "./source.ts";
import type { Node, ScalarStyle } from "./tree.ts";
import { type Problem, syntaxFinding } from "./yaml-messages.ts";

/** What of a file could be read, and whether all of it could. */
export interface Syntax {
  readonly root: Node | undefined;
  /** False when the parser found errors: then nothing after it is worth asking. */
  readonly sound: boolean;
}

const START: Span = { start: 0, end: 0 };
const UNSOUND: Syntax = { root: undefined, sound: false };

/**
 * Parses a config file. Never throws, and takes time in proportion to the file, which is bounded.
 * Findings: `file/*` and `yaml/*`.
 */
export function parse(source: Source, findings: Findings): Syntax {
  const refusal = refuseUnread(source);
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
  if (doc.contents === null || isEmptyScalar(raw(doc.contents))) {
    findings.add({ code: "yaml/empty", path: [], span: START, message: "the file holds no config" });
    return UNSOUND;
  }
  const root = buildTree(doc.contents, raw, source.text, findings);
  return { root, sound: root !== undefined };
}

function secondDocument(start: number): Finding {
  const message = "a config is one document, and here a second one starts";
  const help = "drop the `---` line and what follows, or put it into a file of its own";
  return { code: "yaml/multiple-documents", path: [], span: { start, end: start + 3 }, message, help };
}

function isEmptyScalar(node: RawNode | undefined): boolean {
  return node?.kind === "scalar" && node.style === "plain" && node.text === "";
}

interface Scan {
  refusal: Refusal | undefined;
  /** Where a quoted scalar starts that is never closed. */
  quote: number | undefined;
  /** Where a flow collection starts that is never closed. */
  bracket: number | undefined;
}

interface Composed {
  readonly doc: Document.Parsed;
  /** Where a second document starts, if one does. */
  readonly second: number | undefined;
}

function compose(text: string, scan: Scan): Composed {
  let doc: Document.Parsed | undefined;
  for (const next of new Composer(OPTIONS).compose(boundedTokens(text, scan), true, text.length)) {
    if (doc !== undefined) return { doc, second: next.range[0] };
    doc = next;
  }
  if (doc === undefined) throw new Error("the parser always gives a document");
  return { doc, second: undefined };
}

/** Duplicate keys are our own affair (hazard Y3), and so are the lines and columns. */
const OPTIONS = {
  version: "1.2",
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "error",
  resolveKnownTags: false,
} as const;

/** The parser's tokens, ended early when they nest too deep or are too many (hazards Y2, Y3). */
function* boundedTokens(text: string, scan: Scan): ReturnType<Parser["parse"]> {
  const parser = new Parser();
  const watch = watchOpenings(scan);
  let offset = 0;
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (++count > MAX_TOKENS) scan.refusal = tooManyAt(offset);
    // The document itself, and a scalar on top, are on the stack too.
    if (parser.stack.length > MAX_DEPTH + 1 && nesting(parser) > MAX_DEPTH) scan.refusal = tooDeepAt(offset);
    if (scan.refusal !== undefined) return;
    watch(lexeme, offset);
    if (!MARKERS.has(lexeme)) offset += lexeme.length;
  }
  watch(FLOW_CUT, offset);
  yield* parser.end();
}

/** Remembers, lexeme by lexeme, where something starts that is never closed. */
function watchOpenings(scan: Scan): (lexeme: string, offset: number) => void {
  const brackets: number[] = [];
  return (lexeme, offset) => {
    if (lexeme === "[" || lexeme === "{") brackets.push(offset);
    else if (lexeme === "]" || lexeme === "}") brackets.pop();
    else if (lexeme === FLOW_CUT) scan.bracket ??= brackets.at(-1);
    else if (isUnclosed(lexeme)) scan.quote ??= offset;
  };
}

/** The lexer's word for a flow collection that ends before its bracket does. */
const FLOW_CUT = "\u0018";

/** Lexemes that stand for no text. */
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

/** Of the parser's own list: a broken file repeats itself. */
const MAX_PROBLEMS = 1000;

/** Reports what the parser found; false when it is more than odd tags. */
function reportProblems(
  doc: { readonly errors: readonly Problem[]; readonly warnings: readonly Problem[] },
  text: string,
  scan: Scan,
  findings: Findings,
): boolean {
  let line = -1;
  for (const problem of doc.errors.slice(0, MAX_PROBLEMS)) {
    const at = lineStart(text, problem.pos[0]);
    // What follows on the same line, or as a left-over, is most often the echo of the first.
    if (line !== -1 && (at <= line || / (?:in YAML stream|at node end)/.test(problem.message))) continue;
    line = at;
    findings.add(syntaxFinding(problem, text, scan));
    // What is read after an open quote or bracket, or beside a tab, is read wrongly.
    if (problem.code === "TAB_AS_INDENT" || /closing .quote|^Flow/.test(problem.message)) break;
  }
  for (const warning of doc.warnings.slice(0, MAX_PROBLEMS)) findings.add(syntaxFinding(warning, text, {}));
  return doc.errors.length === 0;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/**
 * Runs a parse without collecting a stack for each of its error values: they cost more than the parse does, and a
 * hostile file has many.
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

/** The parser's nodes, seen without the parser. */
function raw(node: unknown): RawNode | undefined {
  if (isAlias(node)) return { kind: "alias", name: node.source, span: spanOf(node.range) };
  if (isMap(node)) {
    return { kind: "map", anchor: node.anchor, span: spanOf(node.range), flow: node.flow === true, pairs: node.items };
  }
  if (isSeq(node)) {
    return { kind: "list", anchor: node.anchor, span: spanOf(node.range), flow: node.flow === true, items: node.items };
  }
  if (!isScalar(node)) return undefined;
  const { anchor, range, source, type, tag } = node;
  return { kind: "scalar", anchor, span: spanOf(range), style: STYLES[type ?? "PLAIN"], text: source ?? "", tag };
}

const STYLES = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "block",
  BLOCK_FOLDED: "block",
} as const satisfies Record<Scalar.Type, ScalarStyle>;

function spanOf(range: readonly [number, number, number] | null | undefined): Span {
  return range ? { start: range[0], end: range[1] } : START;
}
