// How are the parts of a config spoken of? Names for places and values, safe to show.

import { harmless, keyMaterialIn, shownKey } from "../diagnostics/printable.ts";
import type { Interpolations } from "../read/interpolate.ts";
import { locate, type Node, type Path, readable } from "../read/tree.ts";
import { isOpen, type ObjectShape, shapeAt } from "./shape.ts";

/** What is known of a file when a message is written. */
export interface Wording {
  readonly root: Node | undefined;
  readonly interpolations: Interpolations;
}

const LONGEST = 60;

/** A key, or an item of a list, in quotes: `"listen"`, `"tokens[0]"`. */
export function nameOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "the config";
  if (!/^\d+$/.test(String(last))) return quoteKey(String(last));
  return quote(readable(path.slice(path.findLastIndex((segment) => !/^\d+$/.test(String(segment))))));
}

/** The same, with what its value comes from: `"level" (from ${LEVEL})`. */
export function subjectOf(path: Path, wording: Wording): string {
  const sources = sourcesAt(path, wording);
  return sources === undefined ? nameOf(path) : `${nameOf(path)} (from ${sources})`;
}

/** Where an object stands: `at the top level`, `in route "openai"`, `in observability.logging`. */
export function whereOf(path: Path, wording: Wording): string {
  if (path.length === 0) return "at the top level";
  const [first, index, ...rest] = path;
  if (first !== "routes" || index === undefined) return `in ${readable(path)}`;
  const route = routeName(index, wording);
  if (rest.length === 0) return `in ${route}`;
  return rest.length === 1 && rest[0] === "upstream"
    ? `in the upstream of ${route}`
    : `in ${readable(rest)} of ${route}`;
}

/** `route "openai"`, or by its index where the id can't be shown. */
export function routeName(index: string | number, wording: Wording): string {
  const id = literalAt(["routes", index, "id"], wording);
  return id === undefined || id.trim() === "" ? `routes[${index}]` : `route ${quote(id)}`;
}

/**
 * The text of a scalar as it stands in the file, when it may be shown: written out there, and no secret.
 * Otherwise `undefined`.
 */
export function literalAt(path: Path, wording: Wording): string | undefined {
  const { node } = locate(wording.root, path);
  const shape = shapeAt(path);
  if (node?.kind !== "scalar" || wording.interpolations.has(node)) return undefined;
  return isOpen(shape) && keyMaterialIn(node.text).length === 0 ? node.text : undefined;
}

/** What a scalar was made from, when it holds references: `${NAME}`, `${file:PATH}`. */
export function sourcesAt(path: Path, wording: Wording): string | undefined {
  const { node } = locate(wording.root, path);
  const interpolation = node?.kind === "scalar" ? wording.interpolations.get(node) : undefined;
  return interpolation === undefined ? undefined : interpolation.sources.join(" and ");
}

/** A value to speak of: the literal in quotes, else what it comes from, else what it is. */
export function shown(path: Path, wording: Wording): string {
  const literal = literalAt(path, wording);
  return literal === undefined ? (sourcesAt(path, wording) ?? "this value") : quote(literal);
}

/** In double quotes, cut when long, with nothing that a terminal would act on. */
export function quote(text: string): string {
  const cut = [...text].slice(0, LONGEST).join("");
  return harmless(JSON.stringify(cut.length < text.length ? `${cut}…` : cut));
}
/** How a missing value could look, from the schema. */
export function exampleHelp(path: Path): string | undefined {
  const shape = shapeAt(path);
  const key = String(path.at(-1));
  if (shape === undefined || shape.kind === "map") return undefined;
  if (shape.kind === "object") return `write \`${key}:\` with ${namesOf(shape)} below it`;
  if (shape.standIn === undefined) {
    return shape.kind === "list" && shape.items.kind === "object"
      ? `write \`${key}:\` with a list below it; each item has ${namesOf(shape.items)}`
      : undefined;
  }
  const example = shape.kind === "list" ? JSON.stringify(shape.standIn) : String(shape.standIn);
  return /^\d+$/.test(key) ? `for example \`- ${example}\`` : `for example \`${key}: ${example}\``;
}

function namesOf({ keys, required }: ObjectShape): string {
  return (required.length > 0 ? required : Object.keys(keys).slice(0, 3)).join(", ");
}

/** A key of the file in quotes, as much of it as may be shown. */
export function quoteKey(key: string): string {
  return quote(shownKey(key));
}
