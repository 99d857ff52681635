// How does a GitHub Actions log become annotations? Workflow commands, one a line.

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

/** What the runner would take for the end of a command is percent-encoded. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
