// Answers questions about the schema: the shape at a path, and the sections that have a key of a given name.

import type { Path } from "../diagnostics/location.ts";
import { CONFIG_SHAPE } from "./shape.generated.ts";
import type { Shape } from "./shape-types.ts";

/** The shape below a key or an index; `undefined` where the schema allows none. */
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

let sections: ReadonlyMap<string, readonly string[]> | undefined;

/**
 * The sections that have a key of this name, the likeliest first, as people write paths: `routes[].upstream`, "" for the top level.
 */
export function sectionsWith(key: string): readonly string[] {
  sections ??= collectSections();
  return sections.get(key) ?? [];
}

function collectSections(): ReadonlyMap<string, readonly string[]> {
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
  for (const paths of found.values()) paths.sort((a, b) => rank(a) - rank(b));
  return found;
}

/** A key that is also one of the whole gateway, such as `rate_limit`, is seldom meant to be that of a client. */
function rank(section: string): number {
  if (section === "") return 0;
  return section.startsWith("gateway_auth.clients") ? 2 : 1;
}

/** Whether a value of this shape may be shown: it is a scalar and not a secret. */
export function mayBeShown(shape: Shape | undefined): boolean {
  if (shape === undefined || shape.kind === "object" || shape.kind === "list" || shape.kind === "map") return false;
  return shape.secret !== true;
}
