// How do findings become what is shown? Collected, each once, sorted by position, capped.

import { MAX_FINDINGS } from "../bounds.ts";
import type { Excerpt } from "../excerpts/excerpt.ts";
import type { Source, Span } from "../read/source.ts";
import { shownPointer } from "../read/tree.ts";
import { CODES } from "./codes.ts";
import type { Diagnostic, Finding, Severity } from "./types.ts";

export interface Findings {
  add(finding: Finding): void;
  /** Whether an error is among them. */
  readonly failed: boolean;
  /** Whether there are so many that no more are kept: then finding further ones is not worth the time. */
  readonly full: boolean;
  /**
   * The findings to show: errors before warnings when there are too many, then by position.
   * @param excerpt the source line of a span, secrets masked
   */
  shown(source: Source, excerpt: (span: Span) => Excerpt): Diagnostic[];
}

/** Kept besides the shown ones, so that a hostile file can't fill the memory with findings. */
const MAX_KEPT = 10 * MAX_FINDINGS;

export function makeFindings(): Findings {
  const errors = new Map<string, Finding>();
  const warnings = new Map<string, Finding>();
  return {
    add(finding) {
      const kept = severityOf(finding) === "error" ? errors : warnings;
      // One place may be reached on several ways, through aliases: it is named once.
      const key = `${finding.code} ${finding.span.start} ${finding.span.end} ${finding.related ? finding.message : ""}`;
      if (!kept.has(key) && kept.size < MAX_KEPT) kept.set(key, finding);
    },
    get failed() {
      return errors.size > 0;
    },
    get full() {
      return errors.size >= MAX_KEPT;
    },
    shown(source, excerpt) {
      const first = [...[...errors.values()].sort(byPosition), ...[...warnings.values()].sort(byPosition)];
      return first
        .slice(0, MAX_FINDINGS)
        .sort(byPosition)
        .map((finding) => diagnostic(finding, source, excerpt));
    },
  };
}

function severityOf(finding: Finding): Severity {
  return finding.severity ?? CODES[finding.code].severity;
}

function byPosition(a: Finding, b: Finding): number {
  return a.span.start - b.span.start || a.span.end - b.span.end || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}

function diagnostic(finding: Finding, source: Source, excerpt: (span: Span) => Excerpt): Diagnostic {
  return {
    code: finding.code,
    severity: severityOf(finding),
    message: finding.message,
    path: shownPointer(finding.path),
    range: source.range(finding.span),
    excerpt: excerpt(finding.span),
    ...(finding.help === undefined ? {} : { help: finding.help }),
    ...(finding.related === undefined || finding.related.length === 0
      ? {}
      : { related: finding.related.map(({ message, span }) => ({ message, range: source.range(span) })) }),
  };
}
