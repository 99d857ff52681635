// Defines an entry of the table of diagnostic codes: a code's severity, and its texts in the reference page.

export type Severity = "error" | "warning";

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
