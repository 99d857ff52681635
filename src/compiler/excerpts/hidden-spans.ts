// Decides which spans of a parsed file excerpts hide: secrets, unknown values, and text that could be a key or a token.

import type { Span } from "../diagnostics/location.ts";
import { keyMaterialIn, looksLikeKeyMaterial, shownKey } from "../diagnostics/printable.ts";
import type { Interpolations } from "../read/interpolate.ts";
import { split } from "../read/references.ts";
import { scalarOffsets } from "../read/scalar-offsets.ts";
import type { MapNode, Node, ScalarNode } from "../read/tree.ts";
import { CONFIG_SHAPE } from "../schema/shape.generated.ts";
import { below, mayBeShown } from "../schema/shape.ts";
import type { Shape } from "../schema/shape-types.ts";
import { suggestedShape } from "../schema/suggest-key.ts";

export interface FileSpans {
  /** The spans to hide, sorted; they do not touch each other. */
  readonly hidden: readonly Span[];
  /** The spans of keys and values, sorted. Text outside of them may be a comment. */
  readonly content: readonly Span[];
}

/** Walks the tree and the schema side by side. A value stays visible only if the schema knows it and it is no secret. */
export function hiddenSpans(root: Node, text: string, interpolations: Interpolations): FileSpans {
  const hidden: Span[] = [];
  const content: Span[] = [];
  const seen = new Map<Node, Set<Shape | undefined>>();
  const secrets = new Set<string>();
  const shownScalars: ScalarNode[] = [];
  let guesses = 0;
  const visit = (node: Node, shape: Shape | undefined): void => {
    const shapes = seen.get(node) ?? new Set();
    if (shapes.has(shape)) return;
    seen.set(node, shapes.add(shape));
    if (node.kind === "scalar") {
      content.push(node.span);
      const shown = scalarShape(node, shape);
      if (mayBeShown(shown)) {
        shownScalars.push(node);
        hidden.push(...keyLikeSpans(node, text, shown));
      } else {
        if (looksLikeKeyMaterial(node.text)) secrets.add(node.text);
        hidden.push(...secretSpans(node, text, interpolations));
      }
    } else if (node.kind === "list") {
      for (const item of node.items) visit(item.node, itemShape(shape));
    } else visitMap(node, shape);
  };
  const visitMap = (node: MapNode, shape: Shape | undefined): void => {
    // A mapping in place of a list of mappings is a common mistake: its keys are names and may be shown.
    const keysShown =
      shape?.kind === "object" || shape?.kind === "map" || (shape?.kind === "list" && shape.items.kind === "object");
    for (const stray of node.strays) hidden.push(stray);
    for (const { key, keySpan, node: value } of [...node.entries.values(), ...node.repeated]) {
      content.push(keySpan);
      if (!keysShown || shownKey(key) !== key) hidden.push(keySpan);
      const known = childShape(shape, key);
      // Each guess costs a search. In a file with more unknown keys than `MAX_GUESSES`, the values of the later ones are masked.
      const guess =
        known === undefined && keysShown && guesses++ < MAX_GUESSES ? suggestedShape(shape, key) : undefined;
      visit(value, known ?? (holdsKeyMaterial(value) ? undefined : guess));
    }
  };
  visit(root, CONFIG_SHAPE);
  // A secret that also stands where none belongs, such as a token among the routes of a client.
  for (const node of shownScalars) if (secrets.has(node.text)) hidden.push(node.span);
  const byStart = (a: Span, b: Span): number => a.start - b.start;
  return { hidden: hidden.sort(byStart), content: content.sort(byStart) };
}

const MAX_GUESSES = 1000;

/** A guess at the meaning of a key is not enough to show a value that could be a secret. */
function holdsKeyMaterial(node: Node): boolean {
  return node.kind === "scalar" && node.text.split(/\s/).some(looksLikeKeyMaterial);
}

/** A scalar in place of a list is most often its only item, without the `- `: it is read as the item. */
function scalarShape(node: ScalarNode, shape: Shape | undefined): Shape | undefined {
  if (shape?.kind === "object") return shape.text;
  if (shape?.kind !== "list") return shape;
  return holdsKeyMaterial(node) ? undefined : shape.items;
}

/** A list in place of a mapping is most often a stray `- `: its items are read as the mapping. */
function itemShape(shape: Shape | undefined): Shape | undefined {
  return shape?.kind === "object" ? shape : shape?.kind === "list" ? shape.items : undefined;
}

function childShape(shape: Shape | undefined, key: string): Shape | undefined {
  if (shape?.kind === "list") return shape.items.kind === "object" ? shape.items : undefined;
  return shape?.kind === "object" || shape?.kind === "map" ? below(shape, key) : undefined;
}

function isFreeText(shape: Shape | undefined): boolean {
  return shape?.kind === "string" && shape.values === undefined;
}

/** The spans in a visible scalar that could be a key or a token all the same. */
function keyLikeSpans(node: ScalarNode, text: string, shape: Shape | undefined): Span[] {
  // A value that should be a number or one of a few words, and is not, may be anything.
  if (!isFreeText(shape) && looksLikeKeyMaterial(node.text)) return [node.span];
  // The quotes around a value do not make it several words.
  const inner = insideQuotes(node, text);
  const found = keyMaterialIn(text.slice(inner.start, inner.end));
  return found.map(({ start, end }) => ({ start: inner.start + start, end: inner.start + end }));
}

/** The spans of a secret scalar, except the names of its variables and files. */
function secretSpans(node: ScalarNode, text: string, interpolations: Interpolations): Span[] {
  const inner = insideQuotes(node, text);
  if (!interpolations.has(node)) return [inner];
  const offsets = scalarOffsets(node, text);
  if (offsets === undefined) return [inner];
  const spans: Span[] = [];
  let from = inner.start;
  const show = (start: number, end: number): void => {
    spans.push({ start: from, end: offsets[start] ?? inner.end });
    from = (offsets[end - 1] ?? inner.end) + 1;
  };
  for (const part of split(node.text)) {
    if (part.kind === "literal") continue;
    if (part.kind === "malformed") {
      show(part.start, part.start + "${".length);
      if (node.text[part.end - 1] === "}") show(part.end - 1, part.end);
    }
    if (part.kind === "file" || (part.kind === "env" && part.fallback === undefined)) show(part.start, part.end);
    if (part.kind === "env" && part.fallback !== undefined) {
      show(part.start, part.start + "${".length + part.name.length + ":-".length);
      show(part.end - 1, part.end);
    }
  }
  spans.push({ start: from, end: inner.end });
  return spans.filter((span) => span.end > span.start);
}

function insideQuotes(node: ScalarNode, text: string): Span {
  const { start, end } = node.span;
  if (node.style === "plain") return node.span;
  if (node.style === "block") {
    const newline = text.indexOf("\n", start);
    return { start: newline === -1 || newline > end ? end : newline, end };
  }
  return { start: start + 1, end: Math.max(start + 1, end - 1) };
}
