// What may be shown of a source line? The line, with every secret in it masked and all widths kept.

import { harmless, keyMaterialIn, looksLikeKeyMaterial, shownKey } from "../diagnostics/printable.ts";
import type { Interpolations } from "../read/interpolate.ts";
import { split } from "../read/interpolate.ts";
import { scalarOffsets } from "../read/scalar-offsets.ts";
import type { Source, Span } from "../read/source.ts";
import type { MapNode, Node, ScalarNode } from "../read/tree.ts";
import { below, CONFIG_SHAPE, isOpen, type Shape } from "../schema/shape.ts";
import { meantShape } from "../schema/suggest-key.ts";
import { mask } from "./mask.ts";
import { maskUnparsed } from "./unparsed-line.ts";

/** A stretch of one source line. */
export interface Excerpt {
  readonly text: string;
  /** The column of its first character, 1 unless the line is long. */
  readonly column: number;
}

/** Longest excerpt, UTF-16 units: of longer lines a window around the finding is shown. */
const MAX_WIDTH = 200;
const LEAD = 80;

/** Makes excerpts of a file. @param root `undefined` when the file could not be parsed: then only known words are shown */
export function makeExcerpts(
  source: Source,
  root: Node | undefined,
  interpolations: Interpolations,
): (span: Span) => Excerpt {
  let masks: Masks | undefined;
  return (span) => {
    // A finding about the whole of a file that can't be parsed has no line to show.
    if (root === undefined && span.start === span.end) return { text: "", column: 1 };
    const position = source.position(span.start);
    const line = source.line(position.line);
    const window = windowOf(line, span, source.text);
    const text = source.text.slice(window.start, window.end);
    if (root !== undefined) masks ??= collectMasks(root, source.text, interpolations);
    const masked = masks === undefined ? maskUnparsed(text) : maskParsed(text, window.start, masks);
    return { text: harmless(maskUserInfo(masked)), column: source.position(window.start).column };
  };
}

function windowOf(line: Span, span: Span, text: string): Span {
  if (line.end - line.start <= MAX_WIDTH) return line;
  const start = onCodePoint(text, Math.max(line.start, Math.min(span.start, line.end) - LEAD));
  return { start, end: onCodePoint(text, Math.min(line.end, start + MAX_WIDTH)) };
}

function onCodePoint(text: string, offset: number): number {
  return /[\udc00-\udfff]/.test(text[offset] ?? "") ? offset - 1 : offset;
}

interface Masks {
  /** Stretches to hide, sorted, none touching. */
  readonly hidden: readonly Span[];
  /** Stretches that are keys and values, sorted: what is outside them may be a comment. */
  readonly content: readonly Span[];
}

/** Walks the tree beside the schema: only what the schema knows to be no secret is left to be seen. */
function collectMasks(root: Node, text: string, interpolations: Interpolations): Masks {
  const hidden: Span[] = [];
  const content: Span[] = [];
  const seen = new Map<Node, Set<Shape | undefined>>();
  let guesses = 0;
  const visit = (node: Node, shape: Shape | undefined): void => {
    const shapes = seen.get(node) ?? new Set();
    if (shapes.has(shape)) return;
    seen.set(node, shapes.add(shape));
    if (node.kind === "scalar") {
      content.push(node.span);
      hidden.push(...(isOpen(shape) ? slippedSpans(node, text, shape) : secretSpans(node, text, interpolations)));
    } else if (node.kind === "list") {
      for (const item of node.items) visit(item.node, itemShape(shape));
    } else visitMap(node, shape);
  };
  const visitMap = (node: MapNode, shape: Shape | undefined): void => {
    // A mapping in place of a list of mappings is a slip worth seeing: its keys are names.
    const keysOpen =
      shape?.kind === "object" || shape?.kind === "map" || (shape?.kind === "list" && shape.items.kind === "object");
    for (const stray of node.strays) hidden.push(stray);
    for (const { key, keySpan, node: value } of [...node.entries.values(), ...node.repeated]) {
      content.push(keySpan);
      if (!keysOpen || shownKey(key) !== key) hidden.push(keySpan);
      const known = childShape(shape, key);
      // A file of unknown keys must not cost a search for each: past some they are just masked.
      const guess = known === undefined && keysOpen && guesses++ < MAX_GUESSES ? meantShape(shape, key) : undefined;
      visit(value, known ?? (isFreeOfKeys(value) ? guess : undefined));
    }
  };
  visit(root, CONFIG_SHAPE);
  const byStart = (a: Span, b: Span): number => a.start - b.start;
  return { hidden: hidden.sort(byStart), content: content.sort(byStart) };
}

/** A guess at what a key means is no licence to show a value that could be a secret. */
function isFreeOfKeys(node: Node): boolean {
  return node.kind !== "scalar" || !node.text.split(/\s/).some(looksLikeKeyMaterial);
}

/** A list in place of a mapping is most often a stray `- `: its items are read as the mapping. */
function itemShape(shape: Shape | undefined): Shape | undefined {
  return shape?.kind === "object" ? shape : shape?.kind === "list" ? shape.items : undefined;
}

function childShape(shape: Shape | undefined, key: string): Shape | undefined {
  if (shape?.kind === "list") return shape.items.kind === "object" ? shape.items : undefined;
  return shape?.kind === "object" || shape?.kind === "map" ? below(shape, key) : undefined;
}

const MAX_GUESSES = 1000;

function isFreeText(shape: Shape | undefined): boolean {
  return shape?.kind === "string" && shape.values === undefined;
}

/** The stretches of a scalar that is no secret which look like one all the same. */
function slippedSpans({ span, text: value }: ScalarNode, text: string, shape: Shape | undefined): Span[] {
  // What should be a number or one of a few words, and is neither, may be anything.
  if (!isFreeText(shape) && looksLikeKeyMaterial(value)) return [span];
  const found = keyMaterialIn(text.slice(span.start, span.end));
  return found.map(({ start, end }) => ({ start: span.start + start, end: span.start + end }));
}

/** The stretches of a secret scalar that are not the names of what it comes from. */
function secretSpans(node: ScalarNode, text: string, interpolations: Interpolations): Span[] {
  const inner = insideQuotes(node, text);
  if (!interpolations.has(node)) return [inner];
  const offsets = scalarOffsets(node, text);
  if (offsets === undefined) return [inner];
  const spans: Span[] = [];
  let from = inner.start;
  const show = (start: number, end: number): void => {
    spans.push({ start: from, end: offsets[start] ?? inner.end });
    from = (offsets[end - 1] ?? inner.end) + 1;
  };
  for (const part of split(node.text)) {
    if (part.kind === "literal") continue;
    if (part.kind === "malformed") {
      show(part.start, part.start + "${".length);
      if (node.text[part.end - 1] === "}") show(part.end - 1, part.end);
    }
    if (part.kind === "file" || (part.kind === "env" && part.fallback === undefined)) show(part.start, part.end);
    if (part.kind === "env" && part.fallback !== undefined) {
      show(part.start, part.start + "${".length + part.name.length + ":-".length);
      show(part.end - 1, part.end);
    }
  }
  spans.push({ start: from, end: inner.end });
  return spans.filter((span) => span.end > span.start);
}

function insideQuotes(node: ScalarNode, text: string): Span {
  const { start, end } = node.span;
  if (node.style === "plain") return node.span;
  if (node.style === "block") {
    const newline = text.indexOf("\n", start);
    return { start: newline === -1 || newline > end ? end : newline, end };
  }
  return { start: start + 1, end: Math.max(start + 1, end - 1) };
}

function maskParsed(line: string, offset: number, masks: Masks): string {
  const comment = commentStart(line, offset, masks.content);
  let text = comment === -1 ? line : line.slice(0, comment) + maskKeyLike(line.slice(comment));
  // From the right: a mask may be shorter, in units, than what it hides.
  for (const span of overlapping(masks.hidden, offset, offset + line.length).reverse()) {
    text = mask(text, span.start - offset, span.end - offset);
  }
  return text;
}

/** The spans of a sorted list that touch a stretch. Nested lists don't occur: a scalar holds no scalar. */
function overlapping(sorted: readonly Span[], start: number, end: number): Span[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const found: Span[] = [];
  for (let index = low; index < sorted.length; index++) {
    const span = sorted[index];
    if (span === undefined || span.start >= end) break;
    found.push(span);
  }
  return found;
}

function commentStart(line: string, offset: number, content: readonly Span[]): number {
  const inContent = overlapping(content, offset, offset + line.length);
  for (const match of line.matchAll(/(?:^|\s)#/g)) {
    const at = match.index + match[0].length - 1;
    if (!inContent.some((span) => span.start <= offset + at && offset + at < span.end)) return at;
  }
  return -1;
}

/** Comments keep old keys: anything in one that could be a key is hidden. */
function maskKeyLike(comment: string): string {
  return comment.replace(/[A-Za-z0-9_+/=.-]{12,}/g, (word) =>
    looksLikeKeyMaterial(word) ? mask(word, 0, word.length) : word,
  );
}

/** `user:password@` in a URL, wherever it stands. */
function maskUserInfo(line: string): string {
  return line.replace(
    /(:\/\/)([^/\s"'@]+)(?=@)/g,
    (_, slashes: string, info: string) => slashes + mask(info, 0, info.length),
  );
}
