// Shows the source line of a finding, with every secret masked and all widths kept.

import type { Span } from "../diagnostics/location.ts";
import { harmless, looksLikeKeyMaterial } from "../diagnostics/printable.ts";
import type { Excerpt } from "../diagnostics/types.ts";
import type { Interpolations } from "../read/interpolate.ts";
import type { Source } from "../read/source.ts";
import type { Node } from "../read/tree.ts";
import { type FileSpans, hiddenSpans } from "./hidden-spans.ts";
import { mask, maskUnparsed } from "./redact.ts";

/** The longest excerpt, UTF-16 units. Of a longer line, only a window around the finding is shown. */
const MAX_WIDTH = 200;
/** How much of a long line is shown before the finding, UTF-16 units. */
const LEAD = 80;

/**
 * Makes excerpts of a file.
 * @param root `undefined` when the file could not be parsed: then only keys and values that are never secret are shown
 */
export function makeExcerpts(
  source: Source,
  root: Node | undefined,
  interpolations: Interpolations,
): (span: Span) => Excerpt {
  let spans: FileSpans | undefined;
  return (span) => {
    // A finding about a whole file that can't be parsed has no line to show.
    if (root === undefined && span.start === span.end) return { text: "", column: 1 };
    const position = source.position(span.start);
    const line = source.line(position.line);
    const window = windowOf(line, span, source.text);
    const text = source.text.slice(window.start, window.end);
    if (root !== undefined) spans ??= hiddenSpans(root, source.text, interpolations);
    const masked = spans === undefined ? maskUnparsed(text) : maskParsed(text, window.start, spans);
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

function maskParsed(line: string, offset: number, { hidden, content }: FileSpans): string {
  const comment = commentStart(line, offset, content);
  let text = comment === -1 ? line : line.slice(0, comment) + maskKeyLike(line.slice(comment));
  // From right to left, because a mask can have fewer units than the text it hides.
  for (const span of overlapping(hidden, offset, offset + line.length).reverse()) {
    text = mask(text, span.start - offset, span.end - offset);
  }
  return text;
}

/** The spans of a sorted list that touch a range. Spans are never nested: a scalar holds no scalar. */
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

/** Old keys are often left in comments: every word of a comment that could be a key is hidden. */
function maskKeyLike(comment: string): string {
  return comment.replace(/[A-Za-z0-9_+/=.-]{12,}/g, (word) =>
    looksLikeKeyMaterial(word) ? mask(word, 0, word.length) : word,
  );
}

/** Hides the `user:password` of every URL in a line. A password may have a slash or an `@` that should be written as `%XX`. */
function maskUserInfo(line: string): string {
  return line.replace(
    /(:\/\/)([^/\s"'@:]*(?::[^\s"']*)?)(?=@)/g,
    (_, slashes: string, info: string) => slashes + mask(info, 0, info.length),
  );
}
