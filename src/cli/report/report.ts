// Defines the input of all report formats, and counts its errors and warnings.

import type { Diagnostic } from "../../compiler/index.ts";

export interface FileReport {
  /** The file's name as given on the command line. */
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Summary {
  readonly errors: number;
  readonly warnings: number;
}

/** Counts the findings of all files. */
export function summarise(reports: readonly FileReport[]): Summary {
  const all = reports.flatMap(({ diagnostics }) => diagnostics);
  const errors = all.filter(({ severity }) => severity === "error").length;
  return { errors, warnings: all.length - errors };
}
