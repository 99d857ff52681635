// Names the parts of a config in messages: keys, values and sections, always safe to show.

import { type Path, readable } from "../diagnostics/location.ts";
import { harmless, keyMaterialIn, shownKey } from "../diagnostics/printable.ts";
import type { Interpolations } from "../read/interpolate.ts";
import { locate, type Node } from "../read/tree.ts";
import { mayBeShown, shapeAt } from "./shape.ts";
import type { ObjectShape } from "./shape-types.ts";

/** A parsed file, as messages refer to it. */
export interface ParsedFile {
  readonly root: Node | undefined;
  readonly interpolations: Interpolations;
}

const LONGEST = 60;

/** A key, or an item of a list, in quotes: `"listen"`, `"tokens[0]"`. */
export function keyLabel(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "the config";
  if (!/^\d+$/.test(String(last))) return quoteKey(String(last));
  return quote(readable(path.slice(path.findLastIndex((segment) => !/^\d+$/.test(String(segment))))));
}

/** The label of a key with the references that its value comes from: `"level" (from ${LEVEL})`. */
export function valueLabel(path: Path, file: ParsedFile): string {
  const sources = sourcesAt(path, file);
  return sources === undefined ? keyLabel(path) : `${keyLabel(path)} (from ${sources})`;
}

/** The section of an object: `at the top level`, `in route "openai"`, `in the upstream "b" of route "openai"`. */
export function sectionLabel(path: Path, file: ParsedFile): string {
  if (path.length === 0) return "at the top level";
  const [first, index, key, ...inner] = path;
  if (first === "gateway_auth" && index === "clients" && key !== undefined) {
    const section = inner.length === 0 ? "" : `${readable(inner)} of `;
    return `in ${section}${clientLabel(key, file)}`;
  }
  if (first !== "routes" || index === undefined) return `in ${readable(path)}`;
  if (key === undefined) return `in ${routeLabel(index, file)}`;
  const [member, ...rest] = inner;
  if (key === "upstream" && member === undefined) return `in the upstream of ${routeLabel(index, file)}`;
  if (key !== "upstreams" || member === undefined) return `in ${readable(path.slice(2))} of ${routeLabel(index, file)}`;
  const section = rest.length === 0 ? "" : `${readable(rest)} of `;
  return `in ${section}${upstreamLabel(path.slice(0, 4), file)}`;
}

/** `route "openai"`, or the route by its index where the id can't be shown. */
export function routeLabel(index: string | number, file: ParsedFile): string {
  return idLabel(["routes", index], file, "route");
}

/**
 * `the upstream "b" of route "openai"`, or the upstream by its index where the id can't be shown.
 * @param path an item of `upstreams`, or a route's `upstream`: that one is `the upstream of route "openai"`
 */
export function upstreamLabel(path: Path, file: ParsedFile): string {
  const [, index = 0, , member] = path;
  const route = routeLabel(index, file);
  return member === undefined ? `the upstream of ${route}` : `${idLabel(path, file, "the upstream")} of ${route}`;
}

/** `client "alice"`, or the client by its index where the id can't be shown. */
export function clientLabel(index: string | number, file: ParsedFile): string {
  return idLabel(["gateway_auth", "clients", index], file, "client");
}

function idLabel(path: Path, file: ParsedFile, what: string): string {
  const id = literalAt([...path, "id"], file);
  return id === undefined || id.trim() === "" ? readable(path.slice(-2)) : `${what} ${quote(id)}`;
}

/** The text of a scalar, when it is written in the file and is not a secret. Otherwise `undefined`. */
export function literalAt(path: Path, file: ParsedFile): string | undefined {
  const { node } = locate(file.root, path);
  const shape = shapeAt(path);
  if (node?.kind !== "scalar" || file.interpolations.has(node)) return undefined;
  return mayBeShown(shape) && keyMaterialIn(node.text).length === 0 ? node.text : undefined;
}

/** The references that a scalar was made from, if it holds any: `${NAME}`, `${file:PATH}`. */
export function sourcesAt(path: Path, file: ParsedFile): string | undefined {
  const { node } = locate(file.root, path);
  const interpolation = node?.kind === "scalar" ? file.interpolations.get(node) : undefined;
  return interpolation === undefined ? undefined : interpolation.sources.join(" and ");
}

/** A value in a message: the literal in quotes, or the references it comes from, or `this value`. */
export function shownValue(path: Path, file: ParsedFile): string {
  const literal = literalAt(path, file);
  return literal === undefined ? (sourcesAt(path, file) ?? "this value") : quote(literal);
}

/** A text in double quotes, cut when it is long, without characters that a terminal would act on. */
export function quote(text: string): string {
  const cut = [...text].slice(0, LONGEST).join("");
  return harmless(JSON.stringify(cut.length < text.length ? `${cut}…` : cut));
}

/** A key of the file in quotes, as much of it as may be shown. */
export function quoteKey(key: string): string {
  return quote(shownKey(key));
}

/** A help text that shows an example of a missing value, from the schema. */
export function exampleHelp(path: Path): string | undefined {
  const shape = shapeAt(path);
  const key = String(path.at(-1));
  if (shape === undefined || shape.kind === "map") return undefined;
  if (shape.kind === "object") return `write \`${key}:\` with ${keysOf(shape)} below it`;
  if (shape.placeholder === undefined) {
    return shape.kind === "list" && shape.items.kind === "object"
      ? `write \`${key}:\` with a list below it; each item has ${keysOf(shape.items)}`
      : undefined;
  }
  const example = shape.kind === "list" ? JSON.stringify(shape.placeholder) : String(shape.placeholder);
  return /^\d+$/.test(key) ? `for example \`- ${example}\`` : `for example \`${key}: ${example}\``;
}

function keysOf({ keys, required }: ObjectShape): string {
  // Either `tokens` or `clients` is needed, so neither of them is required.
  if ("token_sources" in keys) return "tokens";
  if (required.length === 0) return Object.keys(keys).slice(0, 3).join(", ");
  // A route needs an upstream as well: `upstream` or `upstreams`, so neither of them is required.
  return [...required, ...("upstream" in keys ? ["upstream"] : [])].join(", ");
}
