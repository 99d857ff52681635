// Turns an error of the schema validator into a finding: plain words, the location, and a fix.

import { type Path, pathOf } from "../diagnostics/location.ts";
import { shownKey } from "../diagnostics/printable.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Finding } from "../diagnostics/types.ts";
import { keyLocation, type Location, missingLocation, valueLocation } from "../read/locations.ts";
import {
  exampleHelp,
  keyLabel,
  literalAt,
  type ParsedFile,
  quote,
  quoteKey,
  sectionLabel,
  valueLabel,
} from "./labels.ts";
import { explainPattern, otherSyntaxHelp } from "./pattern-messages.ts";
import { sectionsWith, shapeAt } from "./shape.ts";
import type { ScalarShape, Shape } from "./shape-types.ts";
import { suggestKey } from "./suggest-key.ts";
import { explainType } from "./type-messages.ts";
import { usualKeyHelp, usualValueHelp } from "./usual-keys.ts";

/** An error of the schema, as the validator gives it. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Mismatch {
  readonly error: SchemaError;
  readonly path: Path;
  readonly shape: Shape | undefined;
  /** The value that does not fit. */
  readonly value: unknown;
  readonly file: ParsedFile;
}

/** The text of a finding, and its location. */
type Explained = readonly [Omit<Finding, "span" | "related">, Location];

/** @param config the whole config as a plain value */
export function schemaFinding(error: SchemaError, config: unknown, file: ParsedFile): Finding {
  const path = pathOf(error.instancePath);
  const value = path.reduce<unknown>((at, segment) => (at as Record<string, unknown> | undefined)?.[segment], config);
  const [text, location] = (KEYWORDS[error.keyword] ?? other)({ error, path, shape: shapeAt(path), value, file });
  return { ...text, ...location };
}

const KEYWORDS: { readonly [keyword: string]: (mismatch: Mismatch) => Explained } = {
  additionalProperties: unknownKey,
  required: missingKey,
  dependencies: halfPair,
  type: wrongType,
  enum: notListed,
  minimum: outOfRange,
  maximum: outOfRange,
  minItems: tooFew,
  minProperties: tooFew,
  pattern: wrongFormat,
};

function unknownKey({ error, path, shape, file }: Mismatch): Explained {
  const key = String(error.params["additionalProperty"]);
  const at = [...path, key];
  const message = `unknown key ${quoteKey(key)} ${sectionLabel(path, file)}`;
  return [
    { code: "schema/unknown-key", path: at, message, help: keyHelp(key, path, shape) },
    keyLocation(file.root, at),
  ];
}

function keyHelp(key: string, path: Path, shape: Shape | undefined): string | undefined {
  if (shape?.kind !== "object") return undefined;
  const ofRoute = routeKeyHelp(key, path);
  if (ofRoute !== undefined) return ofRoute;
  const usual = usualKeyHelp(shape, key);
  if (usual !== undefined) return usual;
  const suggestion = suggestKey(shape, key);
  if (suggestion !== undefined) return `did you mean ${quote(suggestion)}?`;
  if (path.at(-2) === "inject_headers") return `write \`name: ${shownKey(key)}\`, and \`value: …\` below it`;
  const [first = "", inner] = key.split(".", 2);
  if (inner !== undefined && Object.hasOwn(shape.keys, first)) {
    return `write \`${first}:\` and \`${shownKey(inner)}:\` indented below it`;
  }
  const [section] = sectionsWith(key);
  if (section !== undefined) {
    return `${quoteKey(key)} belongs ${section === "" ? "at the top level" : `in ${section}`}`;
  }
  const known = Object.keys(shape.keys);
  return known.length <= 9 ? `known here: ${known.join(", ")}` : undefined;
}

/** The help for a key of `upstream` in an item of `upstreams`, which has no such key: what it says is true of the whole route. */
function routeKeyHelp(key: string, path: Path): string | undefined {
  if (path.at(-2) !== "upstreams" || shapeAt([...path.slice(0, -2), "upstream", key]) === undefined) return undefined;
  return `${quoteKey(key)} belongs to the route: write it in \`upstream\`, beside \`upstreams\``;
}

function missingKey({ error, path, file }: Mismatch): Explained {
  const key = String(error.params["missingProperty"]);
  const at = [...path, key];
  const message = `${quote(key)} is missing ${sectionLabel(path, file)}`;
  return [{ code: "schema/missing-key", path: at, message, help: exampleHelp(at) }, missingLocation(file.root, path)];
}

function halfPair({ error, path, file }: Mismatch): Explained {
  const present = String(error.params["property"]);
  const missing = String(error.params["missingProperty"]);
  const at = [...path, present];
  const message = `${quote(present)} needs ${quote(missing)} beside it`;
  const help = `add ${quote(missing)}, or remove ${quote(present)}`;
  return [{ code: "schema/half-pair", path: at, message, help }, keyLocation(file.root, at)];
}

function wrongType({ error, path, value, file }: Mismatch): Explained {
  const explanation = explainType(path, String(error.params["type"]), value, file);
  return [{ code: "schema/type", path, ...explanation }, valueLocation(file.root, path)];
}

function notListed({ path, shape, file }: Mismatch): Explained {
  const values = (shape as ScalarShape | undefined)?.values ?? [];
  const literal = literalAt(path, file);
  // A number that is near another number is not a misspelling of it: 529 is not 429.
  const suggestion = literal === undefined || /^\d+$/.test(literal) ? undefined : suggest(literal, values);
  const message = `${valueLabel(path, file)} must be one of ${values.join(", ")}`;
  const other = literal === undefined ? undefined : (otherSyntaxHelp(literal) ?? usualValueHelp(path, literal));
  const help = other ?? (suggestion === undefined ? undefined : `did you mean ${quote(suggestion)}?`);
  return [{ code: "schema/enum", path, message, help }, valueLocation(file.root, path)];
}

/** The longest time of a Node timer, ms. The message gives it in days too, because the number alone says nothing. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function outOfRange({ path, shape, error, file }: Mismatch): Explained {
  const { minimum, maximum } = (shape ?? {}) as Partial<ScalarShape>;
  const timer = maximum === LONGEST_TIMER_MS;
  const bounds =
    maximum === undefined || timer
      ? error.keyword === "maximum"
        ? `at most ${maximum}, which is 24.8 days`
        : `at least ${minimum}`
      : `from ${minimum} to ${maximum}`;
  const help = minimum === 1 && error.keyword === "minimum" ? noLimitHelp(path) : undefined;
  return [
    { code: "schema/range", path, message: `${valueLabel(path, file)} must be ${bounds}`, help },
    valueLocation(file.root, path),
  ];
}

const OFF_WHEN_ABSENT: ReadonlySet<string> = new Set([
  "per_minute",
  "downstream_max_inflight",
  "upstream_per_key_max_inflight",
  "upstream_key_max_inflight",
  "max_inflight",
]);

function noLimitHelp(path: Path): string | undefined {
  const key = String(path.at(-1));
  if (key === "request_timeout_ms" || key === "connect_timeout_ms") {
    return 'there is no value for "no limit": write a long time, such as 3600000 for an hour';
  }
  if (key.endsWith("_timeout_ms") || key === "sse_keepalive_ms" || key === "max_size_mb")
    return "remove the key to turn this off";
  return OFF_WHEN_ABSENT.has(key) ? "remove the key for no limit" : undefined;
}

function tooFew({ path, file }: Mismatch): Explained {
  const message = `${keyLabel(path)} must not be empty`;
  return [{ code: "schema/too-few", path, message, help: exampleHelp(path) }, valueLocation(file.root, path)];
}

function wrongFormat({ path, file, value }: Mismatch): Explained {
  const explanation = explainPattern(path, String(value), file);
  return [{ code: "schema/pattern", path, ...explanation }, valueLocation(file.root, path)];
}

function other({ path, file }: Mismatch): Explained {
  const message = `${keyLabel(path)} does not fit the schema`;
  return [{ code: "schema/pattern", path, message }, valueLocation(file.root, path)];
}
