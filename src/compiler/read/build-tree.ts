// How do the parser's nodes become our tree? Aliases and merge keys are resolved, duplicates and odd keys reported.

import { MAX_DEPTH, MAX_NODES } from "../bounds.ts";
import type { Findings } from "../diagnostics/findings.ts";
import { harmless, shownKey } from "../diagnostics/printable.ts";
import type { Finding } from "../diagnostics/types.ts";
import type { RawList, RawMap, RawNode, RawScalar } from "./raw-node.ts";
import type { Span } from "./source.ts";
import type { Entry, ListNode, MapNode, Node, Path, ScalarNode, Use } from "./tree.ts";

/** How many nodes a node stands for with its aliases written out, and how deep they nest. */
interface Extent {
  readonly size: number;
  readonly depth: number;
  /** An alias in it, if there is one. */
  readonly alias: Span | undefined;
}

interface Builder {
  readonly view: (node: unknown) => RawNode | undefined;
  readonly text: string;
  readonly findings: Findings;
  /** The nearest node before, by anchor: what an alias means. */
  readonly anchors: Map<string, Node>;
  /** Anchors whose node is still being built: an alias to one would never end. */
  readonly open: Set<string>;
  readonly extents: Map<Node, Extent>;
  readonly path: (string | number)[];
  /** How many entries merge keys have copied. */
  copied: number;
  /** Set once aliases have been refused: the tree is not to be used. */
  overgrown: boolean;
}

const CORE_TAG = /^tag:yaml\.org,2002:(?:int|float|bool|null)$/;

/**
 * @param view shows a node of the parser
 * @param text the source: spans are trimmed by it
 * @returns the tree, or `undefined` when its aliases would grow it past the bounds
 */
export function buildTree(
  root: unknown,
  view: (node: unknown) => RawNode | undefined,
  text: string,
  findings: Findings,
): Node | undefined {
  const anchors = new Map<string, Node>();
  const bounds = { extents: new Map<Node, Extent>(), copied: 0, overgrown: false };
  const builder: Builder = { view, text, findings, anchors, open: new Set<string>(), path: [], ...bounds };
  const use = build(builder, root, 0);
  return builder.overgrown ? undefined : use.node;
}

/** @param offset where an absent node would stand */
function build(b: Builder, node: unknown, offset: number): Use {
  const raw = b.view(node);
  if (raw === undefined) return { node: emptyScalar(offset), via: [] };
  if (raw.kind === "alias") return resolve(b, raw.name, raw.span);
  const { anchor } = raw;
  if (anchor !== undefined) b.open.add(anchor);
  const made = raw.kind === "map" ? buildMap(b, raw) : raw.kind === "list" ? buildList(b, raw) : buildScalar(b, raw);
  if (anchor !== undefined) {
    b.open.delete(anchor);
    b.anchors.set(anchor, made);
  }
  return { node: made, via: [] };
}

function emptyScalar(offset: number): ScalarNode {
  return { kind: "scalar", span: { start: offset, end: offset }, style: "plain", text: "", tag: undefined };
}

function buildScalar(b: Builder, raw: RawScalar): ScalarNode {
  const { style, text } = raw;
  const tag = raw.tag === undefined ? undefined : CORE_TAG.test(raw.tag) ? "core" : "str";
  const span = style === "block" ? trimmed(b.text, raw.span) : raw.span;
  // Other tags have been complained about: what they would make of the text is not known.
  const broken = tag === "str" && raw.tag !== "!" && raw.tag !== "tag:yaml.org,2002:str";
  return { kind: "scalar", span, style, text, tag, ...(broken ? { broken } : {}) };
}

function resolve(b: Builder, name: string, span: Span): Use {
  const node = b.anchors.get(name);
  if (node !== undefined && !b.open.has(name)) return { node, via: [span] };
  const message = b.open.has(name)
    ? `the alias ${quote(name)} stands inside the value it names`
    : `there is no anchor ${quote(name)} before this alias`;
  const help = b.open.has(name)
    ? undefined
    : `an anchor is written \`&${name}\` in front of a value; quote the value if the \`*\` is meant`;
  b.findings.add({
    code: "yaml/alias",
    path: [...b.path],
    span,
    message,
    help: shownKey(name) === name ? help : undefined,
  });
  return { node: { ...emptyScalar(span.start), broken: true }, via: [] };
}

function quote(name: string): string {
  return `"${harmless(shownKey(name))}"`;
}

function buildList(b: Builder, raw: RawList): ListNode {
  const items = raw.items.map((item, index) => {
    b.path.push(index);
    const use = build(b, item, raw.span.start);
    b.path.pop();
    return use;
  });
  const node: ListNode = { kind: "list", span: collectionSpan(raw, items), flow: raw.flow, items };
  measure(b, node, items);
  return node;
}

function buildMap(b: Builder, raw: RawMap): MapNode {
  const entries = new Map<string, Entry>();
  const merges: { readonly keySpan: Span; readonly use: Use }[] = [];
  const repeated: Entry[] = [];
  const strays: Span[] = [];
  for (const pair of raw.pairs) {
    const key = buildKey(b, pair.key, raw.span.start);
    b.path.push(key.text);
    const use = build(b, pair.value, key.span.end);
    if (key.kind === "merge") merges.push({ keySpan: key.span, use });
    if (key.kind === "wrong") strays.push(key.span);
    const entry = { key: key.text, keySpan: key.span, ...use };
    if (key.kind === "text" && !addEntry(b, entries, entry)) repeated.push(entry);
    if (key.kind !== "text" && use.via.length === 0) strays.push(use.node.span);
    b.path.pop();
  }
  for (const { keySpan, use } of merges) merge(b, entries, keySpan, use);
  const span = collectionSpan(raw, [...entries.values()]);
  const node: MapNode = { kind: "map", span, flow: raw.flow, entries, repeated, strays };
  measure(b, node, [...entries.values()]);
  return node;
}

/** @returns whether the entry is the first of its key */
function addEntry(b: Builder, entries: Map<string, Entry>, entry: Entry): boolean {
  const first = entries.get(entry.key);
  if (first === undefined) {
    entries.set(entry.key, entry);
    return true;
  }
  b.findings.add({
    code: "yaml/duplicate-key",
    path: [...b.path],
    span: entry.keySpan,
    message: `the key ${quote(entry.key)} stands here twice`,
    help: "keep one of the two",
    related: [{ message: "first written here", span: first.keySpan }],
  });
  return false;
}

interface Key {
  readonly kind: "text" | "merge" | "wrong";
  readonly text: string;
  readonly span: Span;
}

function buildKey(b: Builder, node: unknown, offset: number): Key {
  const raw = b.view(node);
  const scalar = raw?.kind === "scalar" ? raw : undefined;
  if (scalar !== undefined && !(scalar.style === "plain" && scalar.text === "")) {
    const merges = scalar.text === "<<" && scalar.style === "plain" && scalar.tag === undefined;
    return { kind: merges ? "merge" : "text", text: scalar.text, span: scalar.span };
  }
  const missing = raw === undefined || scalar !== undefined;
  const start = raw?.span.start ?? offset;
  const span = missing ? { start, end: start + 1 } : trimmed(b.text, raw.span);
  const message = missing ? "a key is missing before the colon" : "a key has to be plain text";
  b.findings.add({ code: "yaml/key", path: [...b.path], span, message });
  return { kind: "wrong", text: "", span };
}

/** `<<`: the keys of another mapping, where this one has none of the name. */
function merge(b: Builder, entries: Map<string, Entry>, keySpan: Span, use: Use): void {
  const sources = use.node.kind === "list" && use.via.length === 0 ? use.node.items : [use];
  for (const source of sources) {
    if (source.node.kind === "map") copyEntries(b, entries, source.node, source.via[0] ?? keySpan);
    else b.findings.add(badMerge([...b.path, "<<"], keySpan));
  }
}

function copyEntries(b: Builder, entries: Map<string, Entry>, from: MapNode, via: Span): void {
  // Copies count as they are made: many merges of one large mapping would be too many long before the root is reached.
  b.copied += from.entries.size;
  if (b.copied > MAX_NODES) overgrow(b, via, "yaml/alias-limit");
  if (b.overgrown) return;
  for (const entry of from.entries.values()) {
    if (!entries.has(entry.key)) entries.set(entry.key, { ...entry, via: [via, ...entry.via] });
  }
}

function badMerge(path: Path, span: Span): Finding {
  const message = "`<<` takes a mapping, or a list of mappings";
  return { code: "yaml/merge", path, span, message, help: "write `<<: *name` with the name of an anchor on a mapping" };
}

/** Bounds what aliases multiply: in linear time, as each node is measured once (hazard Y1). */
function measure(b: Builder, node: MapNode | ListNode, uses: readonly Use[]): void {
  let size = 1;
  let depth = 0;
  let alias: Span | undefined;
  for (const use of uses) {
    const extent = b.extents.get(use.node) ?? { size: 1, depth: 0, alias: undefined };
    size += extent.size;
    depth = Math.max(depth, extent.depth);
    alias = use.via[0] ?? alias ?? extent.alias;
  }
  b.extents.set(node, { size, depth: depth + 1, alias });
  // Without an alias in it, a node is as the parser's own bounds allow.
  if (alias !== undefined && size > MAX_NODES) overgrow(b, alias, "yaml/alias-limit");
  if (alias !== undefined && depth >= MAX_DEPTH) overgrow(b, alias, "yaml/too-deep");
}

function overgrow(b: Builder, span: Span, code: "yaml/alias-limit" | "yaml/too-deep"): void {
  if (b.overgrown) return;
  b.overgrown = true;
  const message =
    code === "yaml/alias-limit"
      ? "with its aliases written out the file would hold more values than a config may"
      : `with its aliases written out the file nests more than ${MAX_DEPTH} deep`;
  b.findings.add({ code, path: [...b.path], span, message });
}

/** A block scalar reaches to the next token: what follows its last character is none of it. */
function trimmed(text: string, span: Span): Span {
  let { end } = span;
  while (end > span.start && /\s/.test(text[end - 1] ?? "")) end--;
  return { start: span.start, end };
}

/** A block collection ends where its last value does; the parser counts the space and comments after it. */
function collectionSpan(raw: RawMap | RawList, uses: readonly (Use | Entry)[]): Span {
  const last = uses.at(-1);
  if (raw.flow || last === undefined) return raw.span;
  const end = Math.max("keySpan" in last ? last.keySpan.end : 0, last.via[0]?.end ?? last.node.span.end);
  return { start: raw.span.start, end: Math.min(Math.max(end, raw.span.start), raw.span.end) };
}
