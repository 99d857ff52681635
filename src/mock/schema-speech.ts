// Makes an answer in the form of a JSON schema, for clients that ask for one: they parse the answer and fail on anything else.

import { isObject, type JsonObject } from "./endpoint.ts";
import type { Speech } from "./speech.ts";

/** Deeper values become null, and so do all that are left after this many: a schema may refer to itself, several times. */
const MAX_DEPTH = 16;
const MAX_VALUES = 1000;
const MAX_ITEMS = 8;
/** The length of the pieces of a streamed answer, in UTF-16 code units. */
const PIECE_LENGTH = 8;

/**
 * An answer that fits a schema: each property is there, texts are the first allowed value or the prompt, numbers the smallest one.
 * @param schema a JSON Schema, or the schema of Gemini's API, which writes its types in capitals
 */
export function speakSchema(schema: JsonObject, prompt: string): Speech {
  const text = JSON.stringify(
    valueFor(schema, { root: schema, prompt: prompt.slice(0, 80), depth: 0, made: { count: 0 } }),
  );
  const pieces = Array.from({ length: Math.ceil(text.length / PIECE_LENGTH) }, (_, i) =>
    text.slice(i * PIECE_LENGTH, (i + 1) * PIECE_LENGTH),
  );
  return { pieces, text, cutShort: false };
}

interface At {
  readonly root: JsonObject;
  readonly prompt: string;
  readonly depth: number;
  /** How many values were made so far, in the whole answer. */
  readonly made: { count: number };
}

function valueFor(given: unknown, at: At): unknown {
  at.made.count += 1;
  if (!isObject(given) || at.depth > MAX_DEPTH || at.made.count > MAX_VALUES) return null;
  const below = { ...at, depth: at.depth + 1 };
  const ref = given["$ref"];
  if (typeof ref === "string") return valueFor(resolve(at.root, ref), below);
  if ("const" in given) return given["const"];
  if (Array.isArray(given["enum"])) return given["enum"][0];
  const [choice] = [given["anyOf"], given["oneOf"], given["allOf"]].filter(Array.isArray);
  if (choice !== undefined) return valueFor(choice[0], below);
  switch (typeOf(given)) {
    case "object":
      return objectFor(given["properties"], below);
    case "array":
      return Array.from({ length: Math.min(MAX_ITEMS, numberOr(given["minItems"], 0)) }, () =>
        valueFor(given["items"], below),
      );
    case "string":
      return at.prompt;
    case "number":
    case "integer":
      return numberOr(given["minimum"], 1);
    case "boolean":
      return true;
    default:
      return null;
  }
}

function objectFor(properties: unknown, at: At): object {
  if (!isObject(properties)) return {};
  return Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, valueFor(schema, at)]));
}

/** The type in small letters; of several, the first. A schema with properties is one of an object. */
function typeOf(schema: JsonObject): string {
  const type: unknown = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  if (typeof type === "string") return type.toLowerCase();
  return isObject(schema["properties"]) ? "object" : "";
}

/** What a `#/…` reference points to. */
function resolve(root: JsonObject, ref: string): unknown {
  let value: unknown = root;
  for (const key of ref.split("/").slice(1))
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" && value >= 0 ? value : fallback;
}
