// Parses a request body in the format that its endpoint takes, or says why the body is refused.

import { type Answer, type Call, type Dialect, type Endpoint, isObject } from "./endpoint.ts";

/** An endpoint with its parsed body, ready to be called; or why the body is refused. */
export type Bound =
  | { readonly ok: true; readonly model: unknown; readonly answer: (call: Call) => Answer }
  | { readonly ok: false; readonly message: string };

/**
 * Parses a body. Never rejects.
 * @param type the request's `content-type`
 * @param modelInPath the model that the path names, if the API has it there; it takes the place of one in the body
 */
export async function bindBody(
  endpoint: Endpoint,
  dialect: Dialect,
  type: string | undefined,
  body: Buffer,
  modelInPath: string | undefined,
): Promise<Bound> {
  switch (endpoint.takes) {
    case "bytes":
      return { ok: true, model: undefined, answer: (call) => endpoint.answer(call, body) };
    case "form": {
      const form = await parseForm(type, body);
      if (form === undefined) return refused("We could not parse the body of your request as multipart/form-data.");
      return { ok: true, model: form.get("model"), answer: (call) => endpoint.answer(call, form) };
    }
    case "json": {
      const sent = parseJson(body);
      if (!isObject(sent)) return refused("We could not parse the body of your request as a JSON object.");
      const parsed = modelInPath === undefined ? sent : { ...sent, model: modelInPath };
      const missing = endpoint.needs.find((key) => !Object.hasOwn(parsed, key));
      if (missing !== undefined) return refused(missingKey(dialect, missing));
      return { ok: true, model: parsed["model"], answer: (call) => endpoint.answer(call, parsed) };
    }
  }
}

function refused(message: string): Bound {
  return { ok: false, message };
}

function missingKey(dialect: Dialect, key: string): string {
  if (dialect === "anthropic") return `${key}: Field required`;
  if (dialect === "gemini") return `* ${key} is not specified`;
  return `Missing required parameter: '${key}'.`;
}

/** The value of a JSON body. @returns undefined when it is not JSON */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

async function parseForm(type = "", body: Buffer): Promise<FormData | undefined> {
  if (!/^multipart\/form-data\b/i.test(type)) return undefined;
  // Node's own multipart parser, the one that fetch uses for responses.
  return new Response(body, { headers: { "content-type": type } }).formData().catch(() => undefined);
}
