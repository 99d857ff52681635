// What is said of a code wherever it turns up?

import type { Severity } from "./types.ts";

export interface CodeEntry {
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
}

export const error = (title: string, why: string, fix: string): CodeEntry => ({ severity: "error", title, why, fix });
export const warning = (title: string, why: string, fix: string): CodeEntry => ({
  severity: "warning",
  title,
  why,
  fix,
});
