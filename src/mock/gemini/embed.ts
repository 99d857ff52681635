// Answers Gemini's `:embedContent` and `:batchEmbedContents` with the vectors of OpenAI's embeddings: equal texts get equal vectors.

import { type Call, isObject, type JsonEndpoint, type JsonObject, json } from "../endpoint.ts";
import { refuse } from "../errors.ts";
import { countTokens } from "../speech.ts";
import { billOf } from "../usage/bill.ts";
import { DIMENSIONS, isDimension, MAX_DIMENSIONS, vectorOf } from "../vectors.ts";
import { textOfContents } from "./contents.ts";

/** Google's own limit. */
const MAX_REQUESTS = 100;

export const embedContent: JsonEndpoint = {
  method: "POST",
  path: "/v1beta/models/{id}:embedContent",
  takes: "json",
  what: "Gemini embedding of one text",
  needs: ["content"],
  answer(call, body) {
    const embedding = embed(body);
    return embedding === undefined ? wrongSize(call) : json({ embedding }, billFor(call, [body]));
  },
};

export const batchEmbedContents: JsonEndpoint = {
  method: "POST",
  path: "/v1beta/models/{id}:batchEmbedContents",
  takes: "json",
  what: "Gemini embeddings of several texts",
  needs: ["requests"],
  answer(call, body) {
    const requests = body["requests"];
    if (!Array.isArray(requests) || requests.length > MAX_REQUESTS || !requests.every(isObject)) {
      return refuse(
        call,
        400,
        `* BatchEmbedContentsRequest.requests: must be a list of at most ${MAX_REQUESTS} requests`,
      );
    }
    const embeddings = requests.map(embed).filter((embedding) => embedding !== undefined);
    return embeddings.length === requests.length ? json({ embeddings }, billFor(call, requests)) : wrongSize(call);
  },
};

/** @returns undefined when the asked number of dimensions can't be had */
function embed(request: JsonObject): { values: number[] } | undefined {
  const size = request["outputDimensionality"] ?? request["output_dimensionality"] ?? DIMENSIONS;
  if (!isDimension(size)) return undefined;
  return { values: Array.from(vectorOf(textOfContents(request["content"]), size)) };
}

/** Google bills embeddings, and its answers tell no usage. */
function billFor(call: Call, requests: readonly JsonObject[]) {
  const tokens = requests.reduce((sum, { content }) => sum + countTokens(textOfContents(content)), 0);
  return billOf({ ...call.settings, reasoningTokens: 0 }, tokens, 0);
}

function wrongSize(call: Call) {
  return refuse(call, 400, `output_dimensionality must be a whole number from 1 to ${MAX_DIMENSIONS}.`);
}
