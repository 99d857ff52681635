// What does a YAML file hold, and where? Maps, lists and scalars with their spans; aliases and merge keys resolved.

import { harmless, shownKey } from "../diagnostics/printable.ts";
import type { Span } from "./source.ts";

export type ScalarStyle = "plain" | "single" | "double" | "block";

export interface ScalarNode {
  readonly kind: "scalar";
  readonly span: Span;
  readonly style: ScalarStyle;
  /** What the scalar says, quotes and escapes undone. */
  readonly text: string;
  /** A tag's word on how to read it; without one, quoted and block scalars are strings and plain ones are looked at. */
  readonly tag: "str" | "core" | undefined;
  /** Stands for an alias that means nothing: complained about already. */
  readonly broken?: true;
}

/** Where a node is used. `via` are the aliases and merge keys on the way to it, outermost first. */
export interface Use {
  readonly node: Node;
  readonly via: readonly Span[];
}

export interface Entry extends Use {
  readonly key: string;
  readonly keySpan: Span;
}

export interface MapNode {
  readonly kind: "map";
  readonly span: Span;
  readonly flow: boolean;
  /** A `Map`, never an object: keys are the file's (hazard Y4). */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Keys that stand in it again. */
  readonly repeated: readonly Entry[];
  /** What else is written in it but is no entry: keys that are no text and their values, the values of `<<`. */
  readonly strays: readonly Span[];
}

export interface ListNode {
  readonly kind: "list";
  readonly span: Span;
  readonly flow: boolean;
  readonly items: readonly Use[];
}

export type Node = ScalarNode | MapNode | ListNode;

/** A way from the root to a value. */
export type Path = readonly (string | number)[];

export interface Located {
  /** The node, or `undefined` when the file has none there. */
  readonly node: Node | undefined;
  /** The key that holds it; `undefined` in a list and at the root. */
  readonly keySpan: Span | undefined;
  readonly via: readonly Span[];
  /** How many segments of the path the file has. */
  readonly depth: number;
}

/** Follows a path as far as the file goes. */
export function locate(root: Node | undefined, path: Path): Located {
  let at: Located = { node: root, keySpan: undefined, via: [], depth: 0 };
  for (const segment of path) {
    const next = at.node && step(at.node, segment);
    if (next === undefined) return { ...at, node: undefined };
    const keySpan = "keySpan" in next ? next.keySpan : undefined;
    at = { node: next.node, keySpan, via: [...at.via, ...next.via], depth: at.depth + 1 };
  }
  return at;
}

function step(node: Node, segment: string | number): Entry | Use | undefined {
  if (node.kind === "map") return node.entries.get(String(segment));
  if (node.kind === "list") return node.items[Number(segment)];
  return undefined;
}

/** The path as a JSON Pointer (RFC 6901). */
export function pointer(path: Path): string {
  return path.map((segment) => `/${String(segment).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The path as a JSON Pointer that may be shown. */
export function shownPointer(path: Path): string {
  return pointer(path.map((segment) => harmless(shownKey(String(segment)))));
}

/** The path of a JSON Pointer; list indexes stay strings. */
export function pathOf(jsonPointer: string): string[] {
  return jsonPointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The path as people write it: `routes[0].upstream`. */
export function readable(path: Path): string {
  return path
    .map((segment) => (/^\d+$/.test(String(segment)) ? `[${segment}]` : `.${shownKey(String(segment))}`))
    .join("")
    .replace(/^\./, "");
}
