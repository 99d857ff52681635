// Says what the models that a request names mean for one upstream: whether it takes the request, and what it is renamed to
// (`models`, `rename_models`; contract, section 14).

import type { UpstreamSpec } from "../../plan/forward.ts";
import { modelMatcher } from "../../plan/model-patterns.ts";
import { type BodyEdit, modelRenamer } from "./rename-model.ts";
import type { RequestModels } from "./request-model.ts";

type ModelRules = Pick<UpstreamSpec, "models" | "renameModels">;

/** `not_renamable`: it takes the model, but under another name, which can't be put in the place of the one that is given. */
export type Takes = "yes" | "no" | "not_renamable";

export interface UpstreamModels {
  takes(models: RequestModels): Takes;
  /** How the body is changed; `undefined`: not at all. */
  edit(models: RequestModels): BodyEdit | undefined;
}

/** Makes what one upstream says about models. A request that names none is taken. */
export function upstreamModels({ models: patterns, renameModels }: ModelRules): UpstreamModels {
  const matches = patterns === undefined ? () => true : modelMatcher(patterns);
  const planRename = modelRenamer(renameModels);
  return {
    takes(models) {
      if (models.kind !== "models") return "yes";
      if (!models.places.every(({ name }) => matches(name))) return "no";
      return planRename(models).kind === "unreadable" ? "not_renamable" : "yes";
    },
    edit(models) {
      const plan = planRename(models);
      return plan.kind === "edit" ? plan.edit : undefined;
    },
  };
}

/** Whether the model of a request has to be known before one of these upstreams can be chosen. */
export function asksForModel(upstreams: readonly ModelRules[]): boolean {
  return upstreams.some(({ models, renameModels }) => models !== undefined || renameModels.length > 0);
}
