// What does a schema error mean in plain words, where does it point, and what mends it?

import { shownKey } from "../diagnostics/printable.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Finding } from "../diagnostics/types.ts";
import { keyPlace, missingPlace, type Place, valuePlace } from "../read/locations.ts";
import { type Path, pathOf } from "../read/tree.ts";
import { exampleHelp, literalAt, nameOf, quote, quoteKey, subjectOf, type Wording, whereOf } from "./labels.ts";
import { patternWords } from "./pattern-messages.ts";
import { homesOf, type ScalarShape, type Shape, shapeAt } from "./shape.ts";
import { meantKey } from "./suggest-key.ts";
import { typeWords } from "./type-messages.ts";

/** An error of the schema, as the validator gives it. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Found {
  readonly error: SchemaError;
  readonly path: Path;
  readonly shape: Shape | undefined;
  /** The value that does not fit. */
  readonly value: unknown;
  readonly wording: Wording;
}

type Told = Omit<Finding, "span" | "related">;

/** @param config the whole settled value */
export function schemaFinding(error: SchemaError, config: unknown, wording: Wording): Finding {
  const path = pathOf(error.instancePath);
  const value = path.reduce<unknown>((at, segment) => (at as Record<string, unknown> | undefined)?.[segment], config);
  const found: Found = { error, path, shape: shapeAt(path), value, wording };
  const [told, place] = (KEYWORDS[error.keyword] ?? other)(found);
  return { ...told, ...place };
}

type Tell = (found: Found) => readonly [Told, Place];

const KEYWORDS: { readonly [keyword: string]: Tell } = {
  additionalProperties: unknownKey,
  required: missingKey,
  dependencies: halfPair,
  type: wrongType,
  enum: notListed,
  minimum: outOfRange,
  maximum: outOfRange,
  minItems: tooFew,
  minProperties: tooFew,
  pattern: wrongForm,
};

function unknownKey({ error, path, shape, wording }: Found): readonly [Told, Place] {
  const key = String(error.params["additionalProperty"]);
  const at = [...path, key];
  const message = `unknown key ${quoteKey(key)} ${whereOf(path, wording)}`;
  return [
    { code: "schema/unknown-key", path: at, message, help: keyHelp(key, path, shape) },
    keyPlace(wording.root, at),
  ];
}

function keyHelp(key: string, path: Path, shape: Shape | undefined): string | undefined {
  if (shape?.kind !== "object") return undefined;
  const meant = meantKey(shape, key);
  if (meant !== undefined) return `did you mean ${quote(meant)}?`;
  if (path.at(-2) === "inject_headers") return `write \`name: ${shownKey(key)}\`, and \`value: …\` below it`;
  const [section = "", inner] = key.split(".", 2);
  if (inner !== undefined && Object.hasOwn(shape.keys, section)) {
    return `write \`${section}:\` and \`${shownKey(inner)}:\` indented below it`;
  }
  const [home] = homesOf(key);
  if (home !== undefined) return `${quoteKey(key)} belongs ${home === "" ? "at the top level" : `in ${home}`}`;
  const known = Object.keys(shape.keys);
  return known.length <= 8 ? `known here: ${known.join(", ")}` : undefined;
}

function missingKey({ error, path, wording }: Found): readonly [Told, Place] {
  const key = String(error.params["missingProperty"]);
  const at = [...path, key];
  const message = `${quote(key)} is missing ${whereOf(path, wording)}`;
  return [{ code: "schema/missing-key", path: at, message, help: exampleHelp(at) }, missingPlace(wording.root, path)];
}

function halfPair({ error, path, wording }: Found): readonly [Told, Place] {
  const there = String(error.params["property"]);
  const missing = String(error.params["missingProperty"]);
  const at = [...path, there];
  const message = `${quote(there)} needs ${quote(missing)} beside it`;
  const help = `add ${quote(missing)}, or drop ${quote(there)}`;
  return [{ code: "schema/half-pair", path: at, message, help }, keyPlace(wording.root, at)];
}

function wrongType(found: Found): readonly [Told, Place] {
  const { path, wording, value } = found;
  const words = typeWords(path, String(found.error.params["type"]), value, wording);
  return [{ code: "schema/type", path, ...words }, valuePlace(wording.root, path)];
}

function notListed({ path, shape, wording }: Found): readonly [Told, Place] {
  const values = (shape as ScalarShape | undefined)?.values ?? [];
  const literal = literalAt(path, wording);
  const meant = literal === undefined ? undefined : suggest(literal, values);
  const message = `${subjectOf(path, wording)} must be one of ${values.join(", ")}`;
  const help = meant === undefined ? undefined : `did you mean ${quote(meant)}?`;
  return [{ code: "schema/enum", path, message, help }, valuePlace(wording.root, path)];
}

/** The largest number of ms a timer takes: said as such, not as a number nobody chose. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function outOfRange({ path, shape, error, wording }: Found): readonly [Told, Place] {
  const { minimum, maximum } = (shape ?? {}) as Partial<ScalarShape>;
  const timer = maximum === LONGEST_TIMER_MS;
  const bounds =
    maximum === undefined || timer
      ? error.keyword === "maximum"
        ? `at most ${maximum}, which is 24.8 days`
        : `at least ${minimum}`
      : `from ${minimum} to ${maximum}`;
  const help =
    minimum === 1 && path.at(-1) !== "max_attempts" && error.keyword === "minimum" ? noLimitHelp(path) : undefined;
  return [
    { code: "schema/range", path, message: `${subjectOf(path, wording)} must be ${bounds}`, help },
    valuePlace(wording.root, path),
  ];
}

const OFF_WHEN_ABSENT: ReadonlySet<string> = new Set([
  "per_minute",
  "downstream_max_inflight",
  "upstream_per_key_max_inflight",
  "upstream_key_max_inflight",
]);

function noLimitHelp(path: Path): string | undefined {
  return OFF_WHEN_ABSENT.has(String(path.at(-1))) ? "drop the key for no limit" : undefined;
}

function tooFew({ path, wording }: Found): readonly [Told, Place] {
  const message = `${nameOf(path)} must not be empty`;
  return [{ code: "schema/too-few", path, message, help: exampleHelp(path) }, valuePlace(wording.root, path)];
}

function wrongForm({ path, wording, value }: Found): readonly [Told, Place] {
  const words = patternWords(path, String(value), wording);
  return [{ code: "schema/pattern", path, ...words }, valuePlace(wording.root, path)];
}

function other({ path, wording }: Found): readonly [Told, Place] {
  return [
    { code: "schema/pattern", path, message: `${nameOf(path)} does not fit the schema` },
    valuePlace(wording.root, path),
  ];
}
