// Reads the responses of the corpus with plain code of the tests: a second opinion on how bodies part into events.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { UsageForm } from "../../src/plan/usage.ts";
import { createAccumulator, KEPT, type KeptMembers, type ToldEvent } from "../../src/runtime/usage/forms/index.ts";
import type { UsageReport } from "../../src/runtime/usage/usage-report.ts";

const FOLDER = join(import.meta.dirname, "corpus");
const SUFFIX = ".expected.json";

/** A response of the corpus, and the report that it must give. */
export interface CorpusCase {
  readonly file: string;
  readonly about: string;
  /** The classes of bugs that it shows, such as `M1`. */
  readonly classes: readonly string[];
  readonly form: UsageForm;
  /** The body came whole. */
  readonly complete: boolean;
  readonly report: UsageReport;
}

interface ToldCase extends Omit<CorpusCase, "file" | "classes" | "form" | "complete"> {
  readonly classes?: readonly string[];
  readonly form?: UsageForm;
  readonly complete?: boolean;
}

/** All cases of the corpus. */
export function corpusCases(): readonly CorpusCase[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => {
      const told = JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as ToldCase;
      const names = { model: undefined, serviceTier: undefined, ownCostTicks: undefined };
      return {
        file: name.slice(0, -SUFFIX.length),
        classes: [],
        form: "auto",
        complete: true,
        ...told,
        report: { ...names, ...told.report },
      };
    });
}

/** The bytes of a response of the corpus. */
export function corpusBytes(file: string): Buffer {
  return readFileSync(join(FOLDER, file));
}

/** Gives a response of the corpus to the accumulator, event by event. */
export function readCorpus({ file, form, complete }: CorpusCase): UsageReport {
  const text = corpusBytes(file).toString("utf8");
  const accumulator = createAccumulator(form, !file.endsWith(".json") || file.endsWith(".array.json"));
  for (const event of eventsOf(file, text)) {
    if (event === "done") accumulator.done();
    else accumulator.take(event);
  }
  return accumulator.result(complete);
}

/** The members that are kept, and nothing else. */
export function kept(value: Readonly<Record<string, unknown>>, members: KeptMembers = KEPT): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const [name, keep] of Object.entries(members)) {
    const member = value[name];
    if (member === undefined) continue;
    if (keep === true) all[name] = member;
    else if (isObject(member)) all[name] = kept(member, keep);
  }
  return all;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function eventsOf(file: string, text: string): (ToldEvent | "done")[] {
  if (file.endsWith(".sse")) return sseEvents(text.replace(/^\ufeff/, ""));
  if (file.endsWith(".ndjson")) return text.split("\n").flatMap((line) => told(undefined, line));
  if (file.endsWith(".array.json")) return arrayElements(text).flatMap((element) => told(undefined, element));
  return told(undefined, text);
}

function sseEvents(text: string): (ToldEvent | "done")[] {
  return text.split(/(?:\r\n|\n|\r(?!\n)){2}/).flatMap((block): (ToldEvent | "done")[] => {
    const fields = block.split(/\r\n|\n|\r/).map((line) => /^(\w+): ?(.*)$/s.exec(line));
    const valuesOf = (name: string): string[] =>
      fields.filter((field) => field?.[1] === name).map((field) => field?.[2] ?? "");
    const data = valuesOf("data").join("\n");
    return data === "[DONE]" ? ["done"] : told(valuesOf("event").at(-1), data);
  });
}

/** The elements of an array of objects, as far as it came. */
function arrayElements(text: string): string[] {
  return text
    .trim()
    .replace(/^\[/, "")
    .replace(/\]$/, "")
    .split(/,\r\n(?=\{)/);
}

function told(name: string | undefined, text: string): ToldEvent[] {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? [{ name, data: kept(value) }] : [];
  } catch {
    return [];
  }
}
