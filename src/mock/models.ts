// Lists the mock's models, and answers `GET /v1/models` and `GET /v1/models/{id}`. Any other model name works like the first one.

import type { AnswerSettings } from "./answer-settings.ts";
import { type Call, type Dialect, json, type PlainEndpoint } from "./endpoint.ts";
import { refuse } from "./errors.ts";

export interface MockModel {
  readonly id: string;
  readonly what: string;
  /** The settings of this model. `x-mock-*` headers override them. */
  readonly settings: Partial<AnswerSettings>;
}

/** Different behaviours, for clients that can name a model but can't send a header. */
export const MODELS: readonly MockModel[] = [
  { id: "mock-1", what: "answers at the mock's own pace", settings: {} },
  { id: "mock-fast", what: "streams without a pause", settings: { paceMs: 0 } },
  { id: "mock-slow", what: "streams two events a second", settings: { paceMs: 500 } },
  { id: "mock-long", what: "answers with 1000 words", settings: { events: 1000 } },
  {
    id: "mock-thinking",
    what: "has a prompt of 2000 tokens, most of them cached, and reasons for 200",
    settings: { inputTokens: 2000, cacheReadTokens: 1500, cacheWriteTokens: 300, reasoningTokens: 200 },
  },
  { id: "mock-rate-limited", what: "always answers 429", settings: { status: 429 } },
  { id: "mock-unavailable", what: "always answers 503", settings: { status: 503 } },
];

/** The settings of a model. @param model the name in a request; a name that is not listed has no settings */
export function settingsOfModel(model: unknown): Partial<AnswerSettings> {
  return MODELS.find((known) => known.id === model)?.settings ?? {};
}

/** The creation time of all models: 2025-01-01, as Unix time in s. */
const CREATED = 1_735_689_600;

export const modelList: PlainEndpoint = {
  method: "GET",
  path: "/v1/models",
  takes: "bytes",
  what: "the models the mock lists",
  answer(call) {
    const data = MODELS.map((model) => entry(model, call.dialect));
    if (call.dialect !== "anthropic") return json({ object: "list", data });
    return json({ data, has_more: false, first_id: MODELS.at(0)?.id ?? null, last_id: MODELS.at(-1)?.id ?? null });
  },
};

export const oneModel: PlainEndpoint = {
  method: "GET",
  path: "/v1/models/{id}",
  takes: "bytes",
  what: "one of them",
  answer(call) {
    const model = MODELS.find(({ id }) => id === call.param);
    return model === undefined ? noSuchModel(call) : json(entry(model, call.dialect));
  },
};

function entry(model: MockModel, dialect: Dialect) {
  if (dialect !== "anthropic") return { id: model.id, object: "model", created: CREATED, owned_by: "mock" };
  const created_at = new Date(CREATED * 1000).toISOString();
  return { type: "model", id: model.id, display_name: `${model.id}: ${model.what}`, created_at };
}

function noSuchModel(call: Call) {
  return refuse(call, 404, `The model '${call.param}' does not exist.`);
}
