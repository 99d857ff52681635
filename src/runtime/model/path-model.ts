// Reads the models that a request's path and query name (contract, section 12, "The request's model").

import { parameterValues } from "../headers/query.ts";

const NONE: readonly string[] = Object.freeze([]);

/**
 * Behind these, a segment with a verb is called as a model: Gemini has tuned models beside its own, and Vertex serves what was tuned or
 * deployed at endpoints. There the path alone decides: a `model` in the body changes nothing.
 */
const CALLED: readonly string[] = ["models", "tunedmodels", "endpoints"];

const NAMES_MODEL = /(?:models|endpoints|deployments)\//i;

/**
 * The models that a path names: the segment with a verb behind `models` (`/models/gemini-x:generateContent`, also under
 * `publishers/google` on Vertex), `tunedModels` or `endpoints`, and the segment behind `deployments`, when another one follows it
 * (`/deployments/gpt-x/chat/completions`). A model without a verb (`/v1/models/gpt-x`) is a lookup, no call.
 *
 * Upper and lower case of `models` and `deployments`, and empty segments, do not matter: some servers look past them, and their
 * model would not be seen. Providers differ in whether `%2F` parts segments. Where it stands in the path, the models of both
 * readings are returned.
 * @param path raw, without the query
 */
export function modelsInPath(path: string): readonly string[] {
  if (!path.includes("%")) return NAMES_MODEL.test(path) ? find(path.split("/")) : NONE;
  const names = find(path.split("/").map(decode));
  return /%2f/i.test(path) ? [...names, ...find(path.split("/").map(decode).join("/").split("/"))] : names;
}

/** @param segments decoded */
function find(segments: readonly string[]): string[] {
  const names: string[] = [];
  let before = "";
  for (const [i, segment] of segments.entries()) {
    if (segment === "") continue;
    const verb = segment.lastIndexOf(":");
    if (verb > 0 && CALLED.includes(before)) names.push(segment.slice(0, verb));
    if (before === "deployments" && i + 1 < segments.length) names.push(segment);
    before = segment.toLowerCase();
  }
  return names;
}

/**
 * The models that a query names, or `given_twice`. A `+` may stand for itself or for a space; both readings are returned.
 * @param query with its `?`, or empty
 */
export function modelsInQuery(query: string): readonly string[] | "given_twice" {
  if (query === "") return NONE;
  const values = parameterValues(query, "model");
  if (values.length > 1) return "given_twice";
  return values.flatMap((value) =>
    value.includes("+") ? [decode(value), decode(value.replaceAll("+", " "))] : [decode(value)],
  );
}

/** Decodes percent-encoding. Where it is not UTF-8, only the ASCII characters are decoded. */
function decode(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}
