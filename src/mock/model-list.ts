// What do `GET /v1/models` and `GET /v1/models/{id}` answer? The mock's models, in the form of the API that asks.

import { type Call, type Dialect, json, type PlainEndpoint } from "./endpoint.ts";
import { refuse } from "./errors.ts";
import { MODELS, type MockModel } from "./models.ts";

/** All of them began together: 2025-01-01, as Unix time in s. */
const CREATED = 1_735_689_600;

export const modelList: PlainEndpoint = {
  method: "GET",
  path: "/v1/models",
  takes: "bytes",
  what: "the models the mock lists",
  answer(call) {
    const data = MODELS.map((model) => entry(model, call.dialect));
    if (call.dialect === "openai") return json({ object: "list", data });
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
  if (dialect === "openai") return { id: model.id, object: "model", created: CREATED, owned_by: "mock" };
  const created_at = new Date(CREATED * 1000).toISOString();
  return { type: "model", id: model.id, display_name: `${model.id}: ${model.what}`, created_at };
}

function noSuchModel(call: Call) {
  return refuse(call.dialect, 404, `The model '${call.param}' does not exist.`, call.id);
}
