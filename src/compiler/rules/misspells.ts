// Finds out whether a missing key is there, but misspelt: then it is one mistake, not two.

import type { Path } from "../diagnostics/location.ts";
import { shapeAt } from "../schema/shape.ts";
import { suggestKey } from "../schema/suggest-key.ts";
import type { RuleContext } from "./rule.ts";

/** Whether a mapping has an unknown key that is a misspelling of one of these names. */
export function misspells(path: Path, names: readonly string[], { keys }: RuleContext): boolean {
  const shape = shapeAt(path);
  if (shape?.kind !== "object") return false;
  return keys(path).some((key) => !Object.hasOwn(shape.keys, key) && names.includes(suggestKey(shape, key) ?? ""));
}
