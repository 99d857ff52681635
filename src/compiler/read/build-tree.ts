// Builds our tree from the parser's nodes: resolves aliases and merge keys, and reports duplicate and wrong keys.

import { isAlias, isMap, isScalar, isSeq, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Path, Span } from "../diagnostics/location.ts";
import { otherSyntax, otherSyntaxTexts } from "../diagnostics/other-syntax.ts";
import { harmless, shownKey } from "../diagnostics/printable.ts";
import type { Finding, Findings } from "../diagnostics/types.ts";
import { AliasBounds } from "./alias-bounds.ts";
import type { Entry, ListNode, MapNode, Node, ScalarNode, ScalarStyle, Use } from "./tree.ts";

interface Builder {
  readonly text: string;
  readonly findings: Findings;
  /** The last finished node of each anchor: the node that an alias stands for. */
  readonly anchors: Map<string, Node>;
  /** Anchors whose node is not finished: an alias to one would never end. */
  readonly open: Set<string>;
  readonly bounds: AliasBounds;
  readonly path: (string | number)[];
}

const CORE_TAG = /^tag:yaml\.org,2002:(?:int|float|bool|null)$/;

/**
 * @param root a node of the parser
 * @param text the source: spans are trimmed by it
 * @returns the tree, or `undefined` when its aliases would grow it beyond the bounds
 */
export function buildTree(root: unknown, text: string, findings: Findings): Node | undefined {
  const bounds = new AliasBounds(findings);
  const builder: Builder = { text, findings, anchors: new Map(), open: new Set(), bounds, path: [] };
  const use = build(builder, root, 0);
  return bounds.exceeded ? undefined : use.node;
}

/** @param offset the offset of a node that is absent */
function build(b: Builder, node: unknown, offset: number): Use {
  if (isAlias(node)) return resolve(b, node.source, spanOf(node));
  const template = isMap(node) ? asTemplate(b, node) : undefined;
  if (template !== undefined) return { node: template, via: [] };
  if (isMap(node)) return { node: anchored(b, node.anchor, () => buildMap(b, node)), via: [] };
  if (isSeq(node)) return { node: anchored(b, node.anchor, () => buildList(b, node)), via: [] };
  if (isScalar(node)) return { node: anchored(b, node.anchor, () => buildScalar(b, node)), via: [] };
  return { node: emptyScalar(offset), via: [] };
}

/** `{{ env.NAME }}` or `{env.NAME}` of another tool, which YAML reads as a mapping: reported here, once. */
function asTemplate(b: Builder, map: YAMLMap): ScalarNode | undefined {
  if (map.flow !== true || map.items.length > 1) return undefined;
  const span = spanOf(map);
  const other = otherSyntax(b.text.slice(span.start, span.end));
  if (other === undefined) return undefined;
  b.findings.add({ code: "env/other-syntax", path: [...b.path], span, ...otherSyntaxTexts(other) });
  return { ...emptyScalar(span.start), span, broken: true };
}

function anchored(b: Builder, anchor: string | undefined, make: () => Node): Node {
  if (anchor === undefined) return make();
  b.open.add(anchor);
  const made = make();
  b.open.delete(anchor);
  b.anchors.set(anchor, made);
  return made;
}

function emptyScalar(offset: number): ScalarNode {
  return { kind: "scalar", span: { start: offset, end: offset }, style: "plain", text: "", tag: undefined };
}

function buildScalar(b: Builder, node: Scalar): ScalarNode {
  const style = styleOf(node);
  const tag = node.tag === undefined ? undefined : CORE_TAG.test(node.tag) ? "core" : "str";
  const span = style === "block" ? trimmed(b.text, spanOf(node)) : spanOf(node);
  // Other tags are reported already. What they would make of the text is not known.
  const broken = tag === "str" && node.tag !== "!" && node.tag !== "tag:yaml.org,2002:str";
  return { kind: "scalar", span, style, text: node.source ?? "", tag, ...(broken ? { broken } : {}) };
}

function resolve(b: Builder, name: string, span: Span): Use {
  const node = b.anchors.get(name);
  const open = b.open.has(name);
  if (node !== undefined && !open) return { node, via: [span] };
  const message = open
    ? `the alias ${quote(name)} is inside the value it refers to`
    : `there is no anchor ${quote(name)} before this alias`;
  const help = open
    ? undefined
    : `an anchor is written \`&${name}\` in front of a value; quote the value if the \`*\` is part of it`;
  const shownHelp = shownKey(name) === name ? help : undefined;
  b.findings.add({ code: "yaml/alias", path: [...b.path], span, message, help: shownHelp });
  return { node: { ...emptyScalar(span.start), broken: true }, via: [] };
}

function quote(name: string): string {
  return `"${harmless(shownKey(name))}"`;
}

function buildList(b: Builder, list: YAMLSeq): ListNode {
  const span = spanOf(list);
  const items = list.items.map((item, index) => {
    b.path.push(index);
    const use = build(b, item, span.start);
    b.path.pop();
    return use;
  });
  const flow = list.flow === true;
  const node: ListNode = { kind: "list", span: collectionSpan(span, flow, items), flow, items };
  b.bounds.measure(node, items, b.path);
  return node;
}

function buildMap(b: Builder, map: YAMLMap): MapNode {
  const outer = spanOf(map);
  const entries = new Map<string, Entry>();
  const merges: { readonly keySpan: Span; readonly use: Use }[] = [];
  const repeated: Entry[] = [];
  const strays: Span[] = [];
  for (const pair of map.items) {
    const key = buildKey(b, pair.key, outer.start);
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
  const flow = map.flow === true;
  const span = collectionSpan(outer, flow, [...entries.values()]);
  const node: MapNode = { kind: "map", span, flow, entries, repeated, strays };
  b.bounds.measure(node, [...entries.values()], b.path);
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
    message: `the key ${quote(entry.key)} is written twice`,
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
  const scalar = isScalar(node) ? node : undefined;
  if (scalar !== undefined && !isEmptyScalar(scalar)) {
    const merges = scalar.source === "<<" && styleOf(scalar) === "plain" && scalar.tag === undefined;
    return { kind: merges ? "merge" : "text", text: scalar.source ?? "", span: spanOf(scalar) };
  }
  const raw = isAlias(node) || isMap(node) || isSeq(node) ? node : undefined;
  const start = (raw ?? scalar) === undefined ? offset : spanOf(raw ?? scalar).start;
  const span = raw === undefined ? { start, end: start + 1 } : trimmed(b.text, spanOf(raw));
  const message = raw === undefined ? "a key is missing before the colon" : "a key has to be plain text";
  b.findings.add({ code: "yaml/key", path: [...b.path], span, message });
  return { kind: "wrong", text: "", span };
}

/** `<<`: adds the keys of another map that this map does not have. */
function merge(b: Builder, entries: Map<string, Entry>, keySpan: Span, use: Use): void {
  const sources = use.node.kind === "list" && use.via.length === 0 ? use.node.items : [use];
  for (const source of sources) {
    if (source.node.kind === "map") copyEntries(b, entries, source.node, source.via[0] ?? keySpan);
    else b.findings.add(badMerge([...b.path, "<<"], keySpan));
  }
}

function copyEntries(b: Builder, entries: Map<string, Entry>, from: MapNode, via: Span): void {
  b.bounds.countCopies(from.entries.size, b.path, via);
  if (b.bounds.exceeded) return;
  for (const entry of from.entries.values()) {
    if (!entries.has(entry.key)) entries.set(entry.key, { ...entry, via: [via, ...entry.via] });
  }
}

function badMerge(path: Path, span: Span): Finding {
  const message = "`<<` takes a mapping, or a list of mappings";
  return { code: "yaml/merge", path, span, message, help: "write `<<: *name` with the name of an anchor on a mapping" };
}

/** The span of a block scalar reaches to the next token: the space at its end is cut off. */
function trimmed(text: string, span: Span): Span {
  let { end } = span;
  while (end > span.start && /\s/.test(text[end - 1] ?? "")) end--;
  return { start: span.start, end };
}

/** A block collection ends with its last value; the parser's range includes the space and comments after it. */
function collectionSpan(span: Span, flow: boolean, uses: readonly (Use | Entry)[]): Span {
  const last = uses.at(-1);
  if (flow || last === undefined) return span;
  const end = Math.max("keySpan" in last ? last.keySpan.end : 0, last.via[0]?.end ?? last.node.span.end);
  return { start: span.start, end: Math.min(Math.max(end, span.start), span.end) };
}

const STYLES = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "block",
  BLOCK_FOLDED: "block",
} as const satisfies Record<Scalar.Type, ScalarStyle>;

function styleOf({ type }: Scalar): ScalarStyle {
  return STYLES[(type as Scalar.Type | undefined) ?? "PLAIN"];
}

/** Whether a node of the parser is a plain scalar without text. */
export function isEmptyScalar(node: unknown): boolean {
  return isScalar(node) && styleOf(node) === "plain" && (node.source ?? "") === "";
}

function spanOf(node: { readonly range?: readonly [number, number, number] | null | undefined } | undefined): Span {
  return node?.range ? { start: node.range[0], end: node.range[1] } : { start: 0, end: 0 };
}
