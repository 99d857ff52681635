// Answers `POST /v1/embeddings` with a vector for each input.

import { type JsonEndpoint, json } from "../endpoint.ts";
import { refuse } from "../errors.ts";
import { countTokens } from "../speech.ts";
import { billOf } from "../usage/bill.ts";
import { embeddingsUsage } from "../usage/openai-usage.ts";
import { DIMENSIONS, isDimension, MAX_DIMENSIONS, vectorOf } from "../vectors.ts";

/** OpenAI's own limit. */
const MAX_INPUTS = 2048;

export const embeddings: JsonEndpoint = {
  method: "POST",
  path: "/v1/embeddings",
  takes: "json",
  what: "OpenAI embeddings, floats or base64",
  needs: ["model", "input"],
  answer(call, body) {
    const inputs = inputsOf(body["input"]);
    if (inputs === undefined) return refuse(call, 400, "'$.input' is invalid.");
    if (inputs.length > MAX_INPUTS) {
      return refuse(call, 400, `'input' holds more than ${MAX_INPUTS} texts.`);
    }
    const asked = body["dimensions"] ?? DIMENSIONS;
    if (!isDimension(asked)) {
      return refuse(call, 400, `'dimensions' must be a whole number from 1 to ${MAX_DIMENSIONS}.`);
    }
    const encode = body["encoding_format"] === "base64" ? base64 : (vector: Float32Array) => Array.from(vector);
    const data = inputs.map((text, index) => ({
      object: "embedding",
      index,
      embedding: encode(vectorOf(text, asked)),
    }));
    const tokens = inputs.reduce((sum, text) => sum + countTokens(text), 0);
    const bill = billOf({ ...call.settings, reasoningTokens: 0 }, tokens, 0);
    const answer = { object: "list", data, model: body["model"] };
    if (call.settings.quirks.has("none")) return json(answer, bill);
    const { usage, tells } = embeddingsUsage(bill, call.settings.quirks);
    return json({ ...answer, usage }, bill, tells);
  },
};

/** The texts of an `input`: a text, a list of texts, a list of tokens, or a list of such lists. @returns undefined for anything else */
function inputsOf(input: unknown): string[] | undefined {
  const one = textOf(input);
  if (one !== undefined) return [one];
  if (!Array.isArray(input)) return undefined;
  const texts = input.map(textOf).filter((text) => text !== undefined);
  return texts.length === input.length && texts.length > 0 ? texts : undefined;
}

function textOf(input: unknown): string | undefined {
  if (typeof input === "string") return input;
  const tokens = Array.isArray(input) && input.length > 0 && input.every((token) => typeof token === "number");
  return tokens ? input.join(" ") : undefined;
}

function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((x, i) => {
    bytes.writeFloatLE(x, i * 4);
  });
  return bytes.toString("base64");
}
