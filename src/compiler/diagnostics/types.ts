// Defines findings (inside the compiler), diagnostics (what leaves it) and the collector between the two.

import type { Severity } from "./code-entry.ts";
import type { DiagnosticCode } from "./codes.ts";
import type { Path, Range, Span } from "./location.ts";

export type { Severity } from "./code-entry.ts";

/** What a stage or a rule has found. It has only offsets: lines and columns are computed for findings that are shown. */
export interface Finding {
  readonly code: DiagnosticCode;
  /** The severity, where it differs from the severity of the code. */
  readonly severity?: Severity;
  readonly path: Path;
  readonly span: Span;
  /** Plain words. Never holds a secret or an interpolated value. */
  readonly message: string;
  /** How to fix it, where a fix is known. */
  readonly help?: string | undefined;
  readonly related?: readonly RelatedSpan[] | undefined;
}

export interface RelatedSpan {
  readonly message: string;
  readonly span: Span;
}

/** Collects the findings of one compilation. */
export interface Findings {
  add(finding: Finding): void;
  /** Whether an error is among them. */
  readonly failed: boolean;
  /** Whether no more findings are kept. Looking for further ones is then a waste of time. */
  readonly full: boolean;
  /**
   * The findings to show, sorted by position. When there are too many, errors are kept before warnings.
   * @param source converts offsets to lines and columns
   * @param excerpt the source line of a span, with its secrets masked
   */
  shown(source: { range(span: Span): Range }, excerpt: (span: Span) => Excerpt): Diagnostic[];
}

/** A part of one source line, safe to print. */
export interface Excerpt {
  readonly text: string;
  /** The column of its first character: 1 unless the line is long. */
  readonly column: number;
}

/** A finding as it leaves the compiler: data only, safe to print. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  /** JSON Pointer to the value. */
  readonly path: string;
  readonly range: Range;
  /** The source line in which the range starts, with its secrets masked. */
  readonly excerpt: Excerpt;
  readonly help?: string;
  readonly related?: readonly { readonly message: string; readonly range: Range }[];
}
