// Replaces values that do not fit the schema by placeholders, so that the rules can still check the rest of the config.

import { type Path, pointer } from "../diagnostics/location.ts";
import type { Config } from "./config.generated.ts";
import { CONFIG_SHAPE } from "./shape.generated.ts";
import type { ObjectShape, ScalarShape, Shape } from "./shape-types.ts";

export interface ConfigWithPlaceholders {
  readonly config: Config;
  /** JSON Pointers of the placeholders: rules report nothing about them. */
  readonly unknown: ReadonlySet<string>;
}

interface Walk {
  readonly bad: ReadonlySet<string>;
  readonly unknown: Set<string>;
  readonly path: (string | number)[];
}

/**
 * A config of the right types, whatever the input. Unknown keys are dropped; a value that does not fit, and a required
 * value that is missing, become placeholders.
 * @param bad pointers of the values that do not fit the schema or could not be read
 */
export function withPlaceholders(value: unknown, bad: ReadonlySet<string>): ConfigWithPlaceholders {
  const unknown = new Set<string>();
  const config = visit({ bad, unknown, path: [] }, value, CONFIG_SHAPE) as Config;
  return { config, unknown };
}

function visit(walk: Walk, value: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case "object":
      if (isRecord(value)) return visitObject(walk, value, shape);
      return shape.text && fits(value, shape.text) && !isBad(walk) ? value : replace(walk, shape);
    case "map":
      return isRecord(value) ? visitMap(walk, value, shape.values) : replace(walk, shape);
    case "list":
      return Array.isArray(value) ? visitList(walk, value, shape.items) : replace(walk, shape);
    default:
      return fits(value, shape) && !isBad(walk) ? value : replace(walk, shape);
  }
}

function isBad({ bad, path }: Walk): boolean {
  return bad.has(pointer(path));
}

function visitObject(walk: Walk, value: Readonly<Record<string, unknown>>, shape: ObjectShape): unknown {
  const made: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(shape.keys)) {
    if (value[key] !== undefined || shape.required.includes(key)) made[key] = visitChild(walk, key, value[key], child);
  }
  return made;
}

function visitMap(walk: Walk, value: Readonly<Record<string, unknown>>, values: Shape): unknown {
  const made: Record<string, unknown> = Object.create(null);
  for (const [key, child] of Object.entries(value)) made[key] = visitChild(walk, key, child, values);
  return made;
}

function visitList(walk: Walk, value: readonly unknown[], items: Shape): unknown {
  if (value.length === 0 && walk.bad.has(pointer(walk.path))) walk.unknown.add(pointer(walk.path));
  return value.map((item, index) => visitChild(walk, index, item, items));
}

function visitChild(walk: Walk, segment: string | number, value: unknown, shape: Shape): unknown {
  walk.path.push(segment);
  const made = visit(walk, value, shape);
  walk.path.pop();
  return made;
}

function replace(walk: Walk, shape: Shape): unknown {
  walk.unknown.add(pointer(walk.path));
  return placeholder(shape);
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
      return typeof value === "number" || (typeof value === "string" && (shape.words?.includes(value) ?? false));
  }
}

/** A value of the right type: the default or example of the schema; for an object, its required keys. */
function placeholder(shape: Shape): unknown {
  switch (shape.kind) {
    case "object":
      return Object.fromEntries(shape.required.map((key) => [key, placeholder(shape.keys[key] ?? { kind: "string" })]));
    case "map":
      return {};
    case "list":
      return [];
    case "string":
      return shape.placeholder ?? shape.values?.[0] ?? "";
    case "boolean":
      return shape.placeholder ?? false;
    default:
      return shape.placeholder ?? shape.minimum ?? 0;
  }
}

/** Whether the value at a path is a placeholder, or inside one. */
export function isUnknown(unknown: ReadonlySet<string>, path: Path): boolean {
  if (unknown.size === 0) return false;
  for (let length = 0; length <= path.length; length++) {
    if (unknown.has(pointer(path.slice(0, length)))) return true;
  }
  return false;
}
