// Checks a config against the schema, with the validator that `npm run gen` makes, and reports errors in plain words.

import type { ErrorObject } from "ajv";
import { pathOf } from "../diagnostics/location.ts";
import type { Findings } from "../diagnostics/types.ts";
import type { ParsedFile } from "./labels.ts";
import { schemaFinding } from "./schema-messages.ts";
import { shapeAt } from "./shape.ts";
import { suggestKey } from "./suggest-key.ts";
import { validate as generated } from "./validator.generated.ts";

interface Validator {
  (value: unknown): boolean;
  errors?: ErrorObject[] | null;
}

/** How many errors become findings, so that a hostile file can't cost much time. No more than `MAX_FINDINGS` are shown. */
const MAX_ERRORS = 2000;

/**
 * Checks a value against the schema. Findings: `schema/*`.
 * @param unreadable pointers of values that are reported already
 * @returns the pointers of the values that do not fit
 */
export function validate(
  value: unknown,
  unreadable: ReadonlySet<string>,
  file: ParsedFile,
  findings: Findings,
): Set<string> {
  const run: Validator = generated;
  const bad = new Set<string>();
  if (run(value)) return bad;
  const all = (run.errors ?? []).filter((error) => !unreadable.has(error.instancePath));
  for (const { instancePath } of all) bad.add(instancePath);
  const errors = all.slice(0, MAX_ERRORS);
  const misspelt = misspeltKeys(errors);
  const mistyped = new Set(errors.filter(({ keyword }) => keyword === "type").map(({ instancePath }) => instancePath));
  for (const error of errors) {
    // A key that is missing because it is misspelt is one mistake, not two.
    if (error.keyword === "required" && misspelt.has(`${error.instancePath} ${error.params["missingProperty"]}`))
      continue;
    // A value of the wrong type is one mistake: that it is not in the list of allowed values follows from it.
    if (error.keyword === "enum" && mistyped.has(error.instancePath)) continue;
    // The errors of the form that was meant, a mapping or a text, are in the list themselves.
    if (error.keyword === "if") continue;
    // Keys that hold `${` are reported already.
    if (error.keyword === "additionalProperties" && String(error.params["additionalProperty"]).includes("${")) continue;
    findings.add(schemaFinding(error, value, file));
  }
  return bad;
}

/** The known keys that unknown keys were probably meant to be, each with the pointer of its object. */
function misspeltKeys(errors: readonly ErrorObject[]): Set<string> {
  const suggested = new Set<string>();
  for (const { keyword, instancePath, params } of errors) {
    if (keyword !== "additionalProperties") continue;
    const shape = shapeAt(pathOf(instancePath));
    const key = shape?.kind === "object" ? suggestKey(shape, String(params["additionalProperty"])) : undefined;
    if (key !== undefined) suggested.add(`${instancePath} ${key}`);
  }
  return suggested;
}
