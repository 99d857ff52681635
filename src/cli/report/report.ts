// Defines the input of all report formats, and counts its errors and warnings.

import type { Diagnostic } from "../../compiler/index.ts";

export interface FileReport {
  /** The file's name as given on the command line. */
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  /** What a config without errors and warnings means, in a few words. */
  readonly understood?: string;
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

/** A number with its word, which gets an `s` unless the number is 1. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
