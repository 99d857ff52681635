// Writes findings as SARIF 2.1.0 (OASIS), for code scanners: one run, with a rule for every diagnostic code.

import { CODES, type Diagnostic } from "../../compiler/index.ts";
import type { FileReport } from "./report.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

export function sarifReport(reports: readonly FileReport[], version: string): string {
  const codes = Object.keys(CODES);
  const index = new Map(codes.map((code, at) => [code, at]));
  const run = {
    tool: { driver: { name: "ai-gw-lite", version, rules: rules() } },
    columnKind: "unicodeCodePoints",
    results: reports.flatMap(({ file, diagnostics }) =>
      diagnostics.map((one) => result(file, one, index.get(one.code) ?? -1)),
    ),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, null, 2)}\n`;
}

function rules(): object[] {
  return Object.entries(CODES).map(([id, { severity, title, why, fix }]) => ({
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: fix },
    defaultConfiguration: { level: severity },
  }));
}

function result(
  file: string,
  { code, severity, message, path, range, help, related }: Diagnostic,
  ruleIndex: number,
): object {
  const uri = uriOf(file);
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: help === undefined ? message : `${message}. Help: ${help}` },
    locations: [{ ...location(uri, range), logicalLocations: [{ fullyQualifiedName: path }] }],
    ...(related === undefined
      ? {}
      : {
          relatedLocations: related.map((one, id) => ({
            id,
            ...location(uri, one.range),
            message: { text: one.message },
          })),
        }),
  };
}

function location(uri: string, { start, end }: Diagnostic["range"]): object {
  const region = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
  return { physicalLocation: { artifactLocation: { uri }, region } };
}

/** A relative path is a relative reference; an absolute one is a file URI. */
function uriOf(file: string): string {
  const encoded = file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return encoded.startsWith("/") ? `file://${encoded}` : encoded;
}
