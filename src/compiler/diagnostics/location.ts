// Describes a location in a config file: as offsets, as lines and columns, and as the path of a value.

import { harmless, shownKey } from "./printable.ts";

/** Offsets into the text, in UTF-16 units; `end` is exclusive. Findings store spans; lines and columns come later. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** 1-based; columns count Unicode code points: a tab is one, a byte order mark none. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** The keys and list indexes from the root of the config to a value. */
export type Path = readonly (string | number)[];

/** The path as a JSON Pointer (RFC 6901). */
export function pointer(path: Path): string {
  return path.map((segment) => `/${String(segment).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The path as a JSON Pointer that is safe to print. */
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
