// Reads samples from Prometheus text, and checks the text with Prometheus' own parser, promtool.

import { spawn, spawnSync } from "node:child_process";
import { text as readText } from "node:stream/consumers";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

export function samplesOf(text: string): Sample[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, name, labels = "", value] = LINE.exec(line) ?? [];
    if (name === undefined) throw new Error(`no sample: ${line}`);
    const pairs = [...labels.matchAll(LABEL)].map(([, label, text]) => [label, text] as const);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
}

/** The sum of all samples of a name that have these labels. */
export function total(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** The sums of a name by the values of one label. */
export function totalsBy(samples: readonly Sample[], name: string, label: string): Record<string, number> {
  const values = new Set(samples.filter((sample) => sample.name === name).map((sample) => sample.labels[label] ?? ""));
  return Object.fromEntries([...values].map((value) => [value, total(samples, name, { [label]: value })]));
}

/**
 * Runs `promtool check metrics` on a text: it parses the text as Prometheus does, and checks names and help texts.
 * @returns the problems it reports of our own metrics; those with the names of prom-client's process metrics are left out
 * @throws Error when the text does not parse, or promtool is missing: `scripts/test-tools.sh` installs it
 */
export async function promtoolComplaints(text: string): Promise<string[]> {
  if (spawnSync("promtool", ["--version"]).error !== undefined)
    throw new Error("no promtool: run scripts/test-tools.sh");
  const child = spawn("promtool", ["check", "metrics"], { stdio: ["pipe", "pipe", "pipe"] });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.stdin.end(text);
  const output = (await Promise.all([readText(child.stdout), readText(child.stderr)])).join("");
  const code = await exited;
  // 3: the text parses, but promtool has found problems.
  if (code !== 0 && code !== 3) throw new Error(`promtool: exit ${code}: ${output}`);
  return output.split("\n").filter((line) => line.startsWith("gateway_") || line.startsWith("error"));
}
