// What was meant by a key that has no place where it stands?

import { suggest } from "../diagnostics/suggest.ts";
import { CONFIG_SHAPE, homesOf, type ObjectShape, type Shape } from "./shape.ts";

/** The known key of an object that an unknown one looks like. */
export function meantKey(shape: ObjectShape, key: string): string | undefined {
  return suggest(key, Object.keys(shape.keys));
}

/** The shape of what was meant: a misspelt key's, or that of a key that belongs elsewhere. */
export function meantShape(shape: Shape, key: string): Shape | undefined {
  if (shape.kind !== "object") return undefined;
  const meant = meantKey(shape, key);
  if (meant !== undefined) return shape.keys[meant];
  const [home] = homesOf(key);
  return home === undefined ? undefined : shapeInHome(home, key);
}

function shapeInHome(home: string, key: string): Shape | undefined {
  let at: Shape | undefined = CONFIG_SHAPE;
  for (const step of home === "" ? [] : home.split(".")) {
    const name = step.replace(/(?:\[\])+$/, "");
    at = at?.kind === "object" ? at.keys[name] : undefined;
    if (step.endsWith("[]")) at = at?.kind === "list" ? at.items : undefined;
  }
  return at?.kind === "object" ? at.keys[key] : undefined;
}
