// Writes findings as JSON, for programs (contract, section 2).

import type { Diagnostic } from "../../compiler/index.ts";
import { type FileReport, summarise } from "./report.ts";

export function jsonReport(reports: readonly FileReport[]): string {
  const summary = summarise(reports);
  const files = reports.map(({ file, diagnostics }) => ({ file, diagnostics: diagnostics.map(jsonDiagnostic) }));
  return `${JSON.stringify({ ok: summary.errors === 0, files, summary }, null, 2)}\n`;
}

function jsonDiagnostic({ code, severity, message, path, range, help, related }: Diagnostic): object {
  return { code, severity, message, path, range, help, related };
}
