// What is a finding, inside the compiler and out of it?

import type { Excerpt } from "../excerpts/excerpt.ts";
import type { Range, Span } from "../read/source.ts";
import type { Path } from "../read/tree.ts";
import type { DiagnosticCode } from "./codes.ts";

export type Severity = "error" | "warning";

/** What a stage or a rule has found. Offsets only: lines and columns are worked out for those that are shown. */
export interface Finding {
  readonly code: DiagnosticCode;
  /** The severity, where it is not the one of the code. */
  readonly severity?: Severity;
  readonly path: Path;
  readonly span: Span;
  /** Plain words. Never holds a secret or an interpolated value. */
  readonly message: string;
  /** The mend, where one is known. */
  readonly help?: string | undefined;
  readonly related?: readonly RelatedSpan[] | undefined;
}

export interface RelatedSpan {
  readonly message: string;
  readonly span: Span;
}

/** A finding as it leaves the compiler: data only, safe to print. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  /** JSON Pointer to the value. */
  readonly path: string;
  readonly range: Range;
  /** The source line the range starts in, secrets in it masked. */
  readonly excerpt: Excerpt;
  readonly help?: string;
  readonly related?: readonly { readonly message: string; readonly range: Range }[];
}

export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
