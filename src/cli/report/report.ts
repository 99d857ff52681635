// What does a reporter get? The findings of each file; and how many there are of each kind.

import type { Diagnostic } from "../../compiler/index.ts";

export interface FileReport {
  /** The name of the file as it was given. */
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Summary {
  readonly errors: number;
  readonly warnings: number;
}

export function summarise(reports: readonly FileReport[]): Summary {
  const all = reports.flatMap(({ diagnostics }) => diagnostics);
  const errors = all.filter(({ severity }) => severity === "error").length;
  return { errors, warnings: all.length - errors };
}
