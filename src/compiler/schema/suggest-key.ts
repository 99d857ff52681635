// Suggests the known key that an unknown key was probably meant to be.

import { suggest } from "../diagnostics/suggest.ts";
import { CONFIG_SHAPE } from "./shape.generated.ts";
import { sectionsWith } from "./shape.ts";
import type { ObjectShape, Shape } from "./shape-types.ts";

/** The known key of an object that is nearest to an unknown one; `undefined` when none is near. */
export function suggestKey(shape: ObjectShape, key: string): string | undefined {
  return suggest(key, Object.keys(shape.keys));
}

/** The shape of the key that was probably meant: the correct spelling here, or the same key of another section. */
export function suggestedShape(shape: Shape, key: string): Shape | undefined {
  if (shape.kind !== "object") return undefined;
  const suggestion = suggestKey(shape, key);
  if (suggestion !== undefined) return shape.keys[suggestion];
  const [section] = sectionsWith(key);
  return section === undefined ? undefined : shapeInSection(section, key);
}

function shapeInSection(section: string, key: string): Shape | undefined {
  let at: Shape | undefined = CONFIG_SHAPE;
  for (const step of section === "" ? [] : section.split(".")) {
    const name = step.replace(/(?:\[\])+$/, "");
    at = at?.kind === "object" ? at.keys[name] : undefined;
    if (step.endsWith("[]")) at = at?.kind === "list" ? at.items : undefined;
  }
  return at?.kind === "object" ? at.keys[key] : undefined;
}
