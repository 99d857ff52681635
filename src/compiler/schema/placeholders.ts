// How can the rules look at a config that does not fit the schema? What does not fit is put aside, and remembered.

import { type Path, pointer } from "../read/tree.ts";
import type { Config } from "./config.generated.ts";
import { CONFIG_SHAPE, type ObjectShape, type ScalarShape, type Shape } from "./shape.ts";

export interface Repaired {
  readonly config: Config;
  /** JSON Pointers of what is not the file's own: rules have nothing to say about it. */
  readonly unknown: ReadonlySet<string>;
}

interface Repair {
  readonly bad: ReadonlySet<string>;
  readonly unknown: Set<string>;
  readonly path: (string | number)[];
}

/**
 * A config of the right types, whatever came in: unknown keys go, and where a needed value is missing or does not fit
 * a stand-in takes its place.
 * @param bad pointers of what does not fit the schema, or could not be read
 */
export function repair(value: unknown, bad: ReadonlySet<string>): Repaired {
  const unknown = new Set<string>();
  const config = fix({ bad, unknown, path: [] }, value, CONFIG_SHAPE) as Config;
  return { config, unknown };
}

function fix(r: Repair, at: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case "object":
      return isRecord(at) ? fixObject(r, at, shape) : putAside(r, shape);
    case "map":
      return isRecord(at) ? fixMap(r, at, shape.values) : putAside(r, shape);
    case "list":
      return Array.isArray(at) ? fixList(r, at, shape.items) : putAside(r, shape);
    default:
      return fits(at, shape) && !r.bad.has(pointer(r.path)) ? at : putAside(r, shape);
  }
}

function fixObject(r: Repair, at: Readonly<Record<string, unknown>>, shape: ObjectShape): unknown {
  const fixed: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(shape.keys)) {
    if (at[key] !== undefined || shape.required.includes(key)) fixed[key] = fixInside(r, key, at[key], child);
  }
  return fixed;
}

function fixMap(r: Repair, at: Readonly<Record<string, unknown>>, values: Shape): unknown {
  const fixed: Record<string, unknown> = Object.create(null);
  for (const [key, child] of Object.entries(at)) fixed[key] = fixInside(r, key, child, values);
  return fixed;
}

function fixList(r: Repair, at: readonly unknown[], items: Shape): unknown {
  if (at.length === 0 && r.bad.has(pointer(r.path))) r.unknown.add(pointer(r.path));
  return at.map((item, index) => fixInside(r, index, item, items));
}

function fixInside(r: Repair, segment: string | number, at: unknown, shape: Shape): unknown {
  r.path.push(segment);
  const fixed = fix(r, at, shape);
  r.path.pop();
  return fixed;
}

function putAside(r: Repair, shape: Shape): unknown {
  r.unknown.add(pointer(r.path));
  return standIn(shape);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fits(value: unknown, shape: ScalarShape): boolean {
  switch (shape.kind) {
    case "string":
      return typeof value === "string" && (shape.values?.includes(value) ?? true);
    case "boolean":
      return typeof value === "boolean";
    default:
      return typeof value === "number";
  }
}

/** Something of the right type: the default or example of the schema, and of objects what they must have. */
function standIn(shape: Shape): unknown {
  switch (shape.kind) {
    case "object":
      return Object.fromEntries(shape.required.map((key) => [key, standIn(shape.keys[key] ?? { kind: "string" })]));
    case "map":
      return {};
    case "list":
      return [];
    case "string":
      return shape.standIn ?? shape.values?.[0] ?? "";
    case "boolean":
      return shape.standIn ?? false;
    default:
      return shape.standIn ?? shape.minimum ?? 0;
  }
}

/** Whether a value, or anything around it, was put aside. */
export function isUnknown(unknown: ReadonlySet<string>, path: Path): boolean {
  if (unknown.size === 0) return false;
  for (let length = 0; length <= path.length; length++) {
    if (unknown.has(pointer(path.slice(0, length)))) return true;
  }
  return false;
}
