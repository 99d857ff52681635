// Makes the diagnostic of a config file that can't be read.

import type { Diagnostic } from "./types.ts";

/** @param reason in a few words, as the host gives it: "no such file" */
export function unreadable(reason: string): Diagnostic {
  const start = { line: 1, column: 1 };
  return {
    code: "file/unreadable",
    severity: "error",
    message: `the file can't be read: ${reason}`,
    path: "",
    range: { start, end: start },
    excerpt: { text: "", column: 1 },
  };
}
