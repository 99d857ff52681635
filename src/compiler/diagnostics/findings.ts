// Collects findings: each once, sorted by position, and no more than a fixed number.

import { MAX_FINDINGS } from "../bounds.ts";
import { CODES } from "./codes.ts";
import { type Range, type Span, shownPointer } from "./location.ts";
import type { Diagnostic, Excerpt, Finding, Findings, Severity } from "./types.ts";

/** How many findings of one severity are kept, so that a hostile file can't fill the memory with them. */
const MAX_KEPT = 10 * MAX_FINDINGS;

export function makeFindings(): Findings {
  const errors = new Map<string, Finding>();
  const warnings = new Map<string, Finding>();
  return {
    add(finding) {
      const kept = severityOf(finding) === "error" ? errors : warnings;
      // Aliases lead to one value by several paths: its finding is kept once.
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

function diagnostic(
  finding: Finding,
  source: { range(span: Span): Range },
  excerpt: (span: Span) => Excerpt,
): Diagnostic {
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
