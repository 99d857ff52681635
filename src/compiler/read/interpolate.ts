// What do `${NAME}`, `${NAME:-fallback}` and `${file:PATH}` become? Worked out on parsed scalars, never on the text.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { MAX_INCLUDED_BYTES } from "../bounds.ts";
import type { CompilerHost } from "../compiler-host.ts";
import type { Findings } from "../diagnostics/findings.ts";
import { scalarOffsets } from "./scalar-offsets.ts";
import { lazily, type Source, type Span } from "./source.ts";
import type { MapNode, Node, Path, ScalarNode } from "./tree.ts";

/** What a scalar became that holds `${`. */
export interface Interpolation {
  /** The scalar with every reference in its place. Not to be shown. */
  readonly text: string;
  /** What it came from, safe to show: `${NAME}`, `${file:PATH}`. */
  readonly sources: readonly string[];
  /** The scalar is plain and one reference, nothing else: it may stand for a number or a boolean. */
  readonly whole: boolean;
  /** A reference could not be followed: the text is not what is meant. */
  readonly unresolved: boolean;
}

export type Interpolations = ReadonlyMap<ScalarNode, Interpolation>;

export interface InterpolateOptions {
  /** A missing variable is a warning: for linting where the secrets are not. */
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
      const offsets = lazily(() => scalarOffsets(node, source.text));
      made.set(node, expand({ node, path: [...path], offsets, host, findings, options }));
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
    const message = "`${…}` stands for values only, not for keys";
    findings.add({ code: "env/in-key", path: [...path, key], span: keySpan, message, help: "write the key out" });
  }
}

interface Job {
  readonly node: ScalarNode;
  readonly path: Path;
  readonly host: CompilerHost;
  readonly findings: Findings;
  readonly options: InterpolateOptions;
  /** Source offsets of the scalar's characters, worked out when a finding needs them. */
  readonly offsets: () => readonly number[] | undefined;
}

/** A stretch of a scalar's text: literal, or a reference. `end` is exclusive. */
type Part =
  | { readonly kind: "literal"; readonly text: string }
  | {
      readonly kind: "env";
      readonly start: number;
      readonly end: number;
      readonly name: string;
      readonly fallback: string | undefined;
    }
  | { readonly kind: "file"; readonly start: number; readonly end: number; readonly path: string }
  | {
      readonly kind: "malformed";
      readonly start: number;
      readonly end: number;
      readonly why: string;
      readonly help: string;
    };

function expand(job: Job): Interpolation {
  const parts = [...split(job.node.text)];
  const sources: string[] = [];
  let text = "";
  let unresolved = false;
  for (const part of parts) {
    const value = part.kind === "literal" ? part.text : follow(part, job);
    if (part.kind === "env") sources.push(`\${${part.name}}`);
    if (part.kind === "file") sources.push(`\${file:${part.path}}`);
    unresolved ||= value === undefined;
    text += value ?? "";
  }
  const whole = parts.length === 1 && sources.length === 1 && job.node.style === "plain" && job.node.tag === undefined;
  return { text: unresolved ? job.node.text : text, sources: [...new Set(sources)], whole, unresolved };
}

/** On one line, without space around it, and with no brace: a brace left open must not swallow what follows. */
const FILE_PATH = /^[^\s{}](?:[^\r\n{}]*[^\s{}])?$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Takes a scalar's text apart. `$${` is a literal `${`. */
export function* split(text: string): Generator<Part> {
  let literal = "";
  let close = text.indexOf("}");
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf("${", at);
    if (next === -1) break;
    if (text[next - 1] === "$" && next > at) {
      literal += `${text.slice(at, next - 1)}\${`;
      at = next + 2;
      continue;
    }
    literal += text.slice(at, next);
    if (literal !== "") yield { kind: "literal", text: literal };
    literal = "";
    // Looked for once, not for each `${`: there may be a million, and no brace at all.
    if (close !== -1 && close < next) close = text.indexOf("}", next);
    const part = partAt(text, next, close);
    yield part;
    at = part.end;
  }
  literal += text.slice(at);
  if (literal !== "") yield { kind: "literal", text: literal };
}

/** @param close where the next `}` is, -1 for none */
function partAt(text: string, start: number, close: number): Reference {
  const inner = text.indexOf("${", start + 2);
  if (close !== -1 && (inner === -1 || inner > close)) return reference(text.slice(start + 2, close), start, close + 1);
  if (close === -1 || !text.slice(start, inner).includes(":-"))
    return unterminated(start, inner === -1 ? text.length : inner);
  const help = "a fallback is plain text: give the other variable a fallback of its own where it is set";
  return { kind: "malformed", start, end: close + 1, why: "a fallback can't hold another `${…}`", help };
}

type Reference = Exclude<Part, { kind: "literal" }>;

function unterminated(start: number, end: number): Reference {
  return {
    kind: "malformed",
    start,
    end,
    why: "this `${` is never closed",
    help: "close it with `}`, or write `$${` for a literal `${`",
  };
}

function reference(inside: string, start: number, end: number): Reference {
  if (inside.startsWith("file:")) {
    const path = inside.slice("file:".length);
    if (FILE_PATH.test(path)) return { kind: "file", start, end, path };
    return { kind: "malformed", start, end, why: "this names no file", help: "write `${file:PATH}`" };
  }
  const dash = inside.indexOf(":-");
  const name = dash === -1 ? inside : inside.slice(0, dash);
  const fallback = dash === -1 ? undefined : inside.slice(dash + 2);
  if (NAME.test(name)) return { kind: "env", start, end, name, fallback };
  const help = "write `${NAME}`, `${NAME:-fallback}` or `${file:PATH}`; `$${` is a literal `${`";
  const why =
    name === ""
      ? "this `${}` names no variable"
      : "the name of a variable is letters, digits and `_`, and starts with no digit";
  return { kind: "malformed", start, end, why, help };
}

/** The value of a reference; `undefined`, and a finding, where there is none. */
function follow(part: Reference, job: Job): string | undefined {
  if (job.findings.full) return undefined;
  if (part.kind === "malformed") return malformed(part, job);
  return part.kind === "env" ? variable(part, job) : included(part, job);
}

function malformed(part: Part & { kind: "malformed" }, job: Job): undefined {
  job.findings.add({
    code: "env/malformed",
    path: job.path,
    span: spanOf(part, job),
    message: part.why,
    help: part.help,
  });
}

function variable(part: Part & { kind: "env" }, job: Job): string | undefined {
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

function included(part: Part & { kind: "file" }, job: Job): string | undefined {
  const read = job.host.readFile(part.path);
  const text = read.ok ? decoded(read.bytes) : { why: read.reason };
  if (typeof text === "string") return text.replace(/\r?\n$/, "");
  // Where the secrets are not, neither are their files.
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

/** Where a part stands in the source, as exactly as its scalar can be followed. */
function spanOf(part: { readonly start: number; readonly end: number }, job: Job): Span {
  const offsets = job.offsets();
  const start = offsets?.[part.start];
  const last = offsets?.[part.end - 1];
  if (start === undefined || last === undefined) return job.node.span;
  return { start, end: Math.max(start, last) + 1 };
}
