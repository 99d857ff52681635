// What does the schema want at a path? The generated shape, and questions to it.

import type { Path } from "../read/tree.ts";
import { CONFIG_SHAPE } from "./shape.generated.ts";

export interface ScalarShape {
  readonly kind: "string" | "integer" | "number" | "boolean";
  readonly values?: readonly string[];
  /** A secret: shown nowhere, wherever it came from. */
  readonly secret?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The default, else an example: what stands in for a value that is not known. */
  readonly standIn?: unknown;
}

export interface ListShape {
  readonly kind: "list";
  readonly items: Shape;
  readonly standIn?: unknown;
}

export interface MapShape {
  readonly kind: "map";
  readonly values: Shape;
}

export interface ObjectShape {
  readonly kind: "object";
  readonly keys: { readonly [key: string]: Shape };
  readonly required: readonly string[];
}

export type Shape = ScalarShape | ListShape | MapShape | ObjectShape;

/** The shape below a key or an index; `undefined` where the schema has no place for it. */
export function below(shape: Shape | undefined, segment: string | number): Shape | undefined {
  switch (shape?.kind) {
    case "object":
      return Object.hasOwn(shape.keys, segment) ? shape.keys[segment] : undefined;
    case "map":
      return shape.values;
    case "list":
      return shape.items;
    default:
      return undefined;
  }
}

/** The shape at a path of the config. */
export function shapeAt(path: Path): Shape | undefined {
  return path.reduce<Shape | undefined>(below, CONFIG_SHAPE);
}

let homes: ReadonlyMap<string, readonly string[]> | undefined;

/** Where in the config keys of this name have their place, as people write paths: `routes[].upstream`, "" for the top. */
export function homesOf(key: string): readonly string[] {
  homes ??= collectHomes();
  return homes.get(key) ?? [];
}

function collectHomes(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const visit = (shape: Shape, path: string): void => {
    if (shape.kind === "list") visit(shape.items, `${path}[]`);
    if (shape.kind !== "object") return;
    for (const [name, value] of Object.entries(shape.keys)) {
      found.set(name, [...(found.get(name) ?? []), path]);
      visit(value, path === "" ? name : `${path}.${name}`);
    }
  };
  visit(CONFIG_SHAPE, "");
  return found;
}

/** Whether a value of this shape may be shown: a scalar that is no secret. */
export function isOpen(shape: Shape | undefined): boolean {
  if (shape === undefined || shape.kind === "object" || shape.kind === "list" || shape.kind === "map") return false;
  return shape.secret !== true;
}

export { CONFIG_SHAPE };
