// What does the page on diagnostics say? Every code with why and how to mend it, a wrong sample and a right one.

import { CODES, type DiagnosticCode } from "../../src/compiler/diagnostics/codes.ts";

/** The sample of a code: its fixture, read. */
export interface Sample {
  /** Empty where the file is the finding, not what is in it. */
  readonly wrong: string;
  readonly right: string;
  /** What `check` prints for the wrong one. */
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

\`ai-gw-lite check --config FILE\` prints every finding of a file in one run, sorted by position. Each has a code that is
never renamed, a severity, plain words, the line and column in the source, and a help line where a mend is known. Errors
make the exit code 1; warnings do with \`--strict\`. \`serve\` prints the same findings and refuses to start on errors.

| option | does |
| --- | --- |
| \`--format text\` | for people: the source line with an underline, secrets in it masked |
| \`--format json\` | for programs |
| \`--format sarif\` | SARIF 2.1.0, for code scanning |
| \`--format github\` | workflow commands that annotate a pull request |
| \`--allow-missing-env\` | an unset variable or a missing file of \`\${…}\` is a warning: to lint where the secrets are not |
| \`--strict\` | warnings fail the check |
| \`--config -\` | reads the config from standard input |

No secret is printed in any form: gateway tokens, the metrics token, injected values and proxy credentials are masked in
source lines, and a value that came from a variable or a file is named by it.

Each code below shows what the check prints for a wrong config, and the change that mends it.
`;

/** The page. @param samples by code */
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

/** The block of the first finding of a code in what was printed. */
function findingOf(code: string, printed: string): string {
  const lines = printed.split("\n");
  const start = lines.findIndex((line) => line.includes(` ${code}: `));
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith(" "));
  return `${[lines[start], ...rest.slice(0, end)].map((line) => cut(line ?? "")).join("\n")}\n`;
}

const WIDEST = 120;

function cut(line: string): string {
  return line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line;
}

/** The lines that differ between the common start and the common end, one line around them; empty for bulky samples. */
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
