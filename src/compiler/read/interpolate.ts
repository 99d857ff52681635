// Replaces `${NAME}`, `${NAME:-fallback}` and `${file:PATH}` in the scalars of a parsed file, never in its raw text.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { MAX_INCLUDED_BYTES } from "../bounds.ts";
import type { CompilerHost } from "../compiler-host.ts";
import type { Path, Span } from "../diagnostics/location.ts";
import type { Findings } from "../diagnostics/types.ts";
import { type Part, type Reference, split } from "./references.ts";
import { scalarOffsets } from "./scalar-offsets.ts";
import { lazily, type Source } from "./source.ts";
import type { MapNode, Node, ScalarNode } from "./tree.ts";

/** The result for a scalar that holds `${`. */
export interface Interpolation {
  /** The text with every reference replaced. It may hold a secret and must not be shown. */
  readonly text: string;
  /** The references it was made from, safe to show: `${NAME}`, `${file:PATH}`. */
  readonly sources: readonly string[];
  /** What each of its references became. A text may be a secret and must not be shown; its source may. */
  readonly values: readonly ReferenceValue[];
  /** The scalar is plain and holds one reference and nothing else: its text may be read as a number or a boolean. */
  readonly onlyReference: boolean;
  /** A reference has no value: the text is not the one that the config asks for. */
  readonly unresolved: boolean;
}

export interface ReferenceValue {
  /** `${NAME}` or `${file:PATH}`. */
  readonly source: string;
  readonly text: string;
  /** The text is the fallback that the config gives: `${NAME:-fallback}`. */
  readonly fallback: boolean;
}

export type Interpolations = ReadonlyMap<ScalarNode, Interpolation>;

export interface InterpolateOptions {
  /** Makes a missing variable or file a warning, to check a config on a machine that does not have the secrets. */
  readonly allowMissingEnv: boolean;
}

/** Interpolates every scalar value of a tree, each once. Findings: `env/*`. */
export function interpolate(
  root: Node,
  source: Source,
  host: CompilerHost,
  findings: Findings,
  options: InterpolateOptions,
): Interpolations {
  const made = new Map<ScalarNode, Interpolation>();
  const seen = new Set<Node>();
  const visit = (node: Node, path: (string | number)[]): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "scalar") {
      if (!node.text.includes("${")) return;
      const parts = [...split(node.text)];
      const offsets = lazily(() => scalarOffsets(node, source.text));
      made.set(node, expand({ node, parts, path: [...path], offsets, host, findings, options }));
      return;
    }
    if (node.kind === "map") checkKeys(node, path, findings);
    for (const [segment, child] of children(node)) {
      path.push(segment);
      visit(child, path);
      path.pop();
    }
  };
  visit(root, []);
  return made;
}

function children(node: Node): Iterable<[string | number, Node]> {
  if (node.kind === "map") return [...node.entries.values()].map((entry) => [entry.key, entry.node]);
  if (node.kind === "list") return node.items.map((item, index) => [index, item.node]);
  return [];
}

function checkKeys(node: MapNode, path: Path, findings: Findings): void {
  for (const { key, keySpan } of node.entries.values()) {
    if (!key.includes("${")) continue;
    const message = "`${…}` works in values only, not in keys";
    findings.add({ code: "env/in-key", path: [...path, key], span: keySpan, message, help: "write the key out" });
  }
}

interface Job {
  readonly node: ScalarNode;
  /** Its text, split at the references. */
  readonly parts: readonly Part[];
  readonly path: Path;
  readonly host: CompilerHost;
  readonly findings: Findings;
  readonly options: InterpolateOptions;
  /** Source offsets of the scalar's characters, computed when a finding needs them. */
  readonly offsets: () => readonly number[] | undefined;
}

function expand(job: Job): Interpolation {
  const { parts } = job;
  const sources: string[] = [];
  const values: ReferenceValue[] = [];
  let text = "";
  let unresolved = false;
  for (const part of parts) {
    const value = part.kind === "literal" ? part.text : resolve(part, job);
    unresolved ||= value === undefined;
    text += value ?? "";
    if (part.kind !== "env" && part.kind !== "file") continue;
    const source = part.kind === "env" ? `\${${part.name}}` : `\${file:${part.path}}`;
    sources.push(source);
    if (value !== undefined) values.push({ source, text: value, fallback: isFallback(part, job) });
  }
  const { style, tag } = job.node;
  const onlyReference = parts.length === 1 && sources.length === 1 && style === "plain" && tag === undefined;
  return { text: unresolved ? job.node.text : text, sources: [...new Set(sources)], values, onlyReference, unresolved };
}

function isFallback(part: Reference, { host }: Job): boolean {
  return part.kind === "env" && part.fallback !== undefined && (host.env(part.name) ?? "") === "";
}

/** The value of a reference; `undefined`, and a finding, when it has none. */
function resolve(part: Reference, job: Job): string | undefined {
  if (job.findings.full) return undefined;
  if (part.kind === "malformed") return reportMalformed(part, job);
  return part.kind === "env" ? variable(part, job) : included(part, job);
}

function reportMalformed(part: Reference & { kind: "malformed" }, job: Job): undefined {
  const span = spanOf(part, job);
  job.findings.add({ code: "env/malformed", path: job.path, span, message: part.why, help: part.help });
}

function variable(part: Reference & { kind: "env" }, job: Job): string | undefined {
  const value = job.host.env(part.name);
  if (part.fallback !== undefined) return value === undefined || value === "" ? part.fallback : value;
  if (value !== undefined) return value;
  job.findings.add({
    code: "env/missing",
    ...(job.options.allowMissingEnv ? { severity: "warning" as const } : {}),
    path: job.path,
    span: spanOf(part, job),
    message: `the environment variable ${part.name} is not set`,
    help: `set it, or give a fallback: \${${part.name}:-…}`,
  });
  return undefined;
}

function included(part: Reference & { kind: "file" }, job: Job): string | undefined {
  if (/^~[\w-]*(?:\/|$)/.test(part.path)) {
    const message = "`~` is not replaced by the home folder here";
    const help = "write the whole path, such as /home/me/keys.txt";
    job.findings.add({ code: "env/other-syntax", path: job.path, span: spanOf(part, job), message, help });
    return undefined;
  }
  const read = job.host.readFile(part.path);
  const text = read.ok ? decoded(read.bytes) : { why: read.reason };
  if (typeof text === "string") return text.replace(/\r?\n$/, "");
  // A machine that does not have the secrets does not have their files either.
  const severity = job.options.allowMissingEnv && !read.ok ? { severity: "warning" as const } : {};
  const message = `the file ${JSON.stringify(part.path)} can't be read: ${text.why}`;
  job.findings.add({ code: "env/file", ...severity, path: job.path, span: spanOf(part, job), message });
  return undefined;
}

function decoded(bytes: Uint8Array): string | { readonly why: string } {
  if (bytes.byteLength > MAX_INCLUDED_BYTES) return { why: `it is larger than ${MAX_INCLUDED_BYTES / 1024} KiB` };
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { why: "it is not UTF-8" };
  }
}

/** The span of a part in the source; the span of the whole scalar when its characters can't be located. */
function spanOf(part: { readonly start: number; readonly end: number }, job: Job): Span {
  const offsets = job.offsets();
  const start = offsets?.[part.start];
  const last = offsets?.[part.end - 1];
  if (start === undefined || last === undefined) return job.node.span;
  return { start, end: Math.max(start, last) + 1 };
}
