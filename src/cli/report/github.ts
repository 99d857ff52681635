// Writes findings as workflow commands, one per line, which GitHub Actions shows as annotations.

import type { Diagnostic } from "../../compiler/index.ts";
import type { FileReport } from "./report.ts";

export function githubReport(reports: readonly FileReport[]): string {
  return reports.flatMap(({ file, diagnostics }) => diagnostics.map((one) => `${command(file, one)}\n`)).join("");
}

function command(file: string, { code, severity, message, range, help }: Diagnostic): string {
  const { start, end } = range;
  const properties = [
    `file=${property(file)}`,
    `line=${start.line}`,
    `col=${start.column}`,
    ...(end.line === start.line ? [] : [`endLine=${end.line}`]),
    `endColumn=${end.column}`,
    `title=${property(code)}`,
  ];
  return `::${severity} ${properties.join(",")}::${data(help === undefined ? message : `${message}\n${help}`)}`;
}

/** Percent-encodes the characters that would end a command. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
