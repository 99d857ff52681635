// Does the value fit the schema? The one door to ajv, whose validator is made ahead of time, and what it says in our words.

import type { ErrorObject } from "ajv";
import type { Findings } from "../diagnostics/findings.ts";
import { pathOf } from "../read/tree.ts";
import type { Wording } from "./labels.ts";
import { schemaFinding } from "./schema-messages.ts";
import { shapeAt } from "./shape.ts";
import { meantKey } from "./suggest-key.ts";
import { validate as generated } from "./validator.generated.ts";

interface Validator {
  (value: unknown): boolean;
  errors?: ErrorObject[] | null;
}

/** Findings past this are not worth their words: only some hundreds are ever shown. */
const MAX_ERRORS = 2000;

/**
 * Checks a settled value against the schema. Findings: `schema/*`.
 * @param unread pointers of values that were complained about already
 * @returns the pointers of what does not fit
 */
export function validate(
  value: unknown,
  unread: ReadonlySet<string>,
  wording: Wording,
  findings: Findings,
): Set<string> {
  const run: Validator = generated;
  const bad = new Set<string>();
  if (run(value)) return bad;
  const all = (run.errors ?? []).filter((error) => !unread.has(error.instancePath));
  for (const { instancePath } of all) bad.add(instancePath);
  const errors = all.slice(0, MAX_ERRORS);
  const misspelt = misspeltKeys(errors);
  const mistyped = new Set(errors.filter(({ keyword }) => keyword === "type").map(({ instancePath }) => instancePath));
  for (const error of errors) {
    // A key that is missing because it is misspelt is one mistake, not two.
    if (error.keyword === "required" && misspelt.has(`${error.instancePath} ${error.params["missingProperty"]}`))
      continue;
    // Of a value of the wrong type nothing else is worth saying.
    if (error.keyword === "enum" && mistyped.has(error.instancePath)) continue;
    // Keys that hold `${` have been refused as such.
    if (error.keyword === "additionalProperties" && String(error.params["additionalProperty"]).includes("${")) continue;
    findings.add(schemaFinding(error, value, wording));
  }
  return bad;
}

function misspeltKeys(errors: readonly ErrorObject[]): Set<string> {
  const meant = new Set<string>();
  for (const { keyword, instancePath, params } of errors) {
    if (keyword !== "additionalProperties") continue;
    const shape = shapeAt(pathOf(instancePath));
    const key = shape?.kind === "object" ? meantKey(shape, String(params["additionalProperty"])) : undefined;
    if (key !== undefined) meant.add(`${instancePath} ${key}`);
  }
  return meant;
}
