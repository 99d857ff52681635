// Answers `GET /v1beta/models` and `GET /v1beta/models/{id}` in Google's form.

import { json, type PlainEndpoint } from "../endpoint.ts";
import { refuse } from "../errors.ts";
import { MODELS, type MockModel } from "../models.ts";

export const geminiModels: PlainEndpoint = {
  method: "GET",
  path: "/v1beta/models",
  takes: "bytes",
  what: "the same models for Gemini's clients",
  answer: () => json({ models: MODELS.map(entry) }),
};

export const geminiModel: PlainEndpoint = {
  method: "GET",
  path: "/v1beta/models/{id}",
  takes: "bytes",
  what: "one of them",
  answer(call) {
    const model = MODELS.find(({ id }) => id === call.param);
    if (model !== undefined) return json(entry(model));
    return refuse(call, 404, `models/${call.param} is not found for API version v1beta.`);
  },
};

function entry({ id, what }: MockModel) {
  return {
    name: `models/${id}`,
    version: "1",
    displayName: id,
    description: what,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ["generateContent", "countTokens", "embedContent", "batchEmbedContents"],
  };
}
