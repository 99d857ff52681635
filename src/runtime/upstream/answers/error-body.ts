// Reads the parts that the error bodies of providers have in common. Nothing in a body is trusted to have the expected type.

export type JsonObject = Readonly<Record<string, unknown>>;

/** One error of a body, and the object around it. */
export interface BodyError {
  readonly around: JsonObject;
  readonly error: JsonObject;
}

/** The value of a JSON text; `undefined` when it is not JSON, or not complete. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The `error` objects of a parsed body: the one of `{"error": {…}}`, which nearly all providers send, or those of an array of
 * such objects, which Gemini sends for streams without `alt=sse` and for its OpenAI form.
 */
export function errorsOf(body: unknown): BodyError[] {
  const found: BodyError[] = [];
  for (const around of Array.isArray(body) ? body : [body]) {
    if (isObject(around) && isObject(around["error"])) found.push({ around, error: around["error"] });
  }
  return found;
}

/**
 * The details of one kind in an error of a Google API (`google.rpc.Status`).
 * @param kind the end of their `@type`, as in `QuotaFailure`
 */
export function detailsOf(error: JsonObject, kind: string): JsonObject[] {
  const details = error["details"];
  if (!Array.isArray(details)) return [];
  return details.filter((detail: unknown): detail is JsonObject => {
    const type = isObject(detail) ? detail["@type"] : undefined;
    return typeof type === "string" && type.endsWith(`google.rpc.${kind}`);
  });
}
