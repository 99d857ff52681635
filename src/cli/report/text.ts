// Writes findings as text for people: file:line:column, the source line, carets under the range, and the help.

import { type Diagnostic, harmless, isWide } from "../../compiler/index.ts";
import { count, type FileReport, summarise } from "./report.ts";

export interface TextStyle {
  /** ANSI colours, for a terminal. */
  readonly color: boolean;
}

type Paint = (text: string, style: keyof typeof STYLES) => string;

const STYLES = { error: "31;1", warning: "33;1", help: "36", frame: "34", bold: "1" } as const;

/**
 * The findings of all files and a line for each file without any, then a line that counts errors and warnings. When there are none,
 * the lines of the files say it all.
 */
export function textReport(reports: readonly FileReport[], style: TextStyle): string {
  const { errors, warnings } = summarise(reports);
  const clean = reports.every(({ understood }) => understood !== undefined);
  const total = clean ? "" : `${count(errors, "error")}, ${count(warnings, "warning")}\n`;
  return `${findingsText(reports, style)}${cleanLines(reports)}${total}`;
}

/** With several files, each line begins with the file's name. */
function cleanLines(reports: readonly FileReport[]): string {
  const name = (file: string): string => (reports.length === 1 ? "" : `${harmless(file)}: `);
  return reports
    .flatMap(({ file, understood }) => (understood === undefined ? [] : [`${name(file)}ok: ${understood}\n`]))
    .join("");
}

/** Only the findings, each as a block of lines. */
export function findingsText(reports: readonly FileReport[], { color }: TextStyle): string {
  const paint: Paint = color ? (text, style) => `\u001b[${STYLES[style]}m${text}\u001b[0m` : (text) => text;
  return reports
    .flatMap(({ file, diagnostics }) => diagnostics.map((one) => block(harmless(file), one, paint)))
    .join("");
}

function block(
  file: string,
  { code, severity, message, range, excerpt, help, related }: Diagnostic,
  paint: Paint,
): string {
  const { line, column } = range.start;
  const lines = [`${paint(`${file}:${line}:${column}:`, "bold")} ${paint(severity, severity)} ${code}: ${message}`];
  const gutter = String(line).padStart(5);
  const blank = " ".repeat(gutter.length);
  const bar = paint("|", "frame");
  if (excerpt.text.trim() !== "") {
    lines.push(`${paint(gutter, "frame")} ${bar} ${excerpt.text}`);
    lines.push(`${blank} ${bar} ${paint(...underline(excerpt, range, severity))}`);
  }
  for (const { message: note, range: at } of related ?? []) {
    lines.push(`${blank} ${paint("=", "frame")} note: ${note}: ${file}:${at.start.line}:${at.start.column}`);
  }
  if (help !== undefined) lines.push(`${blank} ${paint("=", "frame")} ${paint("help:", "help")} ${help}`);
  return `${lines.join("\n")}\n`;
}

/** Puts carets under the part of the range that is on this line. Tabs stay tabs; wide characters get two carets. */
function underline(
  excerpt: Diagnostic["excerpt"],
  { start, end }: Diagnostic["range"],
  severity: Diagnostic["severity"],
): [string, Diagnostic["severity"]] {
  const chars = [...excerpt.text];
  const from = start.column - excerpt.column;
  const to = end.line === start.line ? end.column - excerpt.column : chars.length;
  const lead = chars.slice(0, from).map((char) => (char === "\t" ? "\t" : isWide(char) ? "  " : " "));
  const carets = chars.slice(from, Math.max(from, to)).map((char) => (isWide(char) ? "^^" : "^"));
  return [`${lead.join("")}${carets.join("") || "^"}`, severity];
}
