// Defines the tree of a YAML file: maps, lists and scalars with their spans; aliases and merge keys are resolved.

import type { Path, Span } from "../diagnostics/location.ts";

export type ScalarStyle = "plain" | "single" | "double" | "block";

export interface ScalarNode {
  readonly kind: "scalar";
  readonly span: Span;
  readonly style: ScalarStyle;
  /** The text of the scalar, without quotes and with its escapes replaced. */
  readonly text: string;
  /**
   * The type that a tag gives: a string, or a type of the core schema. Without a tag, quoted and block scalars are
   * strings, and the type of a plain scalar depends on its text.
   */
  readonly tag: "str" | "core" | undefined;
  /** Has no usable value, and the reason is reported already: a wrong alias or an unknown tag. */
  readonly broken?: true;
}

/** A use of a node. `via` are the aliases and merge keys that lead to it, outermost first. */
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
  /** A `Map`, never an object: the keys come from the file (hazard Y4). */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The later entries of keys that occur more than once. */
  readonly repeated: readonly Entry[];
  /** What is written in the map but is not an entry: keys that are not text, their values, and the values of `<<`. */
  readonly strays: readonly Span[];
}

export interface ListNode {
  readonly kind: "list";
  readonly span: Span;
  readonly flow: boolean;
  readonly items: readonly Use[];
}

export type Node = ScalarNode | MapNode | ListNode;

export interface Located {
  /** The node, or `undefined` when the file has none at the path. */
  readonly node: Node | undefined;
  /** The key that holds it; `undefined` in a list and at the root. */
  readonly keySpan: Span | undefined;
  readonly via: readonly Span[];
  /** How many segments of the path the file has. */
  readonly depth: number;
}

/** Follows a path as far as the file has it. */
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
