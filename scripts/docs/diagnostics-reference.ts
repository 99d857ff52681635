// Writes the page on diagnostics: every code with its reason, its fix, a wrong sample and a right one.

import { CODES, type DiagnosticCode } from "../../src/compiler/diagnostics/codes.ts";

/** The sample of a code, read from its fixture. */
export interface Sample {
  /** Empty if the whole file is wrong (unreadable, too large), not a part of its text. */
  readonly wrong: string;
  readonly right: string;
  /** What `check` prints for the wrong sample. */
  readonly printed: string;
}

const STAGES: Readonly<Record<string, string>> = {
  file: "Reading the file",
  yaml: "YAML",
  env: "Values from the environment and from files",
  schema: "Keys and values",
  rule: "Rules",
  test: "The config's own tests",
};

const INTRO = `# Diagnostics

<!-- Generated from the table of codes and the fixtures in test/diagnostics. Edit them, then run \`npm run gen\`. -->

\`ai-gw-lite check --config FILE\` prints all errors and warnings of a file in one run, sorted by position. Each has a code, a
severity, a message, the line and column in the source, and a help line if a fix is known. At most 200 are shown per file.
Codes are never renamed. The exit code is 1 if there are errors; with \`--strict\`, also if there are warnings. \`serve\` prints
the same errors and warnings, and does not start if there are errors.

| option | effect |
| --- | --- |
| \`--format text\` | for people: shows the source line with an underline; secrets in the line are masked |
| \`--format json\` | for programs |
| \`--format sarif\` | SARIF 2.1.0, for code scanning |
| \`--format github\` | GitHub workflow commands, which show each error at its line of a pull request |
| \`--allow-missing-env\` | an unset variable, a missing file in \`\${…}\` or a missing TLS file is only a warning, so a config can be checked on a machine without its secrets |
| \`--strict\` | warnings make the check fail, too |
| \`--config -\` | the config is read from standard input |

Secrets are never printed. Gateway tokens, the metrics token, injected values and proxy credentials are masked in the source
lines. If a value comes from a variable or a file, the message names the variable or the file, never the value.

Each code below shows what \`check\` prints for a wrong config, and the change that fixes it.
`;

/** Makes the page, as Markdown. @param samples the sample of each code */
export function diagnosticsReference(samples: ReadonlyMap<string, Sample>): string {
  const codes = Object.keys(CODES) as DiagnosticCode[];
  const stages = [...new Set(codes.map((code) => stageOf(code)))];
  const sections = stages.map((stage) => {
    const own = codes.filter((code) => stageOf(code) === stage);
    return [`## ${STAGES[stage] ?? stage}`, ...own.map((code) => entry(code, samples.get(code)))].join("\n\n");
  });
  return `${[INTRO.trimEnd(), ...sections].join("\n\n")}\n`;
}

function stageOf(code: string): string {
  return code.split("/", 1)[0] ?? "";
}

function entry(code: DiagnosticCode, sample: Sample | undefined): string {
  const { severity, title, why, fix } = CODES[code];
  const parts = [`### ${code}`, `**${title}** (${severity}). ${why} ${fix}`];
  if (sample === undefined) return parts.join("\n\n");
  parts.push(`\`\`\`text\n${findingOf(code, sample.printed)}\`\`\``);
  const change = sample.wrong === "" ? "" : diff(sample.wrong, sample.right);
  if (change !== "") parts.push(`\`\`\`diff\n${change}\`\`\``);
  return parts.join("\n\n");
}

/** Finds the lines about the first diagnostic with this code in what `check` printed. */
function findingOf(code: string, printed: string): string {
  const lines = printed.split("\n");
  const start = lines.findIndex((line) => line.includes(` ${code}: `));
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith(" "));
  return `${[lines[start], ...rest.slice(0, end)].map((line) => cut(line ?? "")).join("\n")}\n`;
}

const WIDEST = 120;

/** Cuts a long source line and its underline. Messages and help lines are shown whole. */
function cut(line: string): string {
  return /^ +\d* \|/.test(line) && line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line;
}

/** Shows the lines that differ, with one common line before and after them. Empty if the sample is too large for the page. */
function diff(wrong: string, right: string): string {
  const before = wrong.split("\n");
  const after = right.split("\n");
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail++;
  const removed = before.slice(head, before.length - tail);
  const added = after.slice(head, after.length - tail);
  if (removed.length + added.length === 0 || removed.length > 12 || removed.some((line) => line.length > WIDEST))
    return "";
  const around = {
    before: before.slice(Math.max(0, head - 1), head),
    after: before.slice(before.length - tail, before.length - tail + 1),
  };
  const lines = [
    ...around.before.map((line) => `  ${line}`),
    ...removed.map((line) => `- ${line}`),
    ...added.map((line) => `+ ${line}`),
    ...around.after.filter((line) => line !== "").map((line) => `  ${line}`),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}
