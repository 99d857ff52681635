// Says what the model of a dry request means for an upstream: whether it takes the request, and under which name
// (contract, section 14).

import type { UpstreamSpec } from "../../plan/forward.ts";
import type { Framing } from "../headers/request-head.ts";
import { bodyFormat } from "../model/body-format.ts";
import type { BodyModel } from "../model/body-model.ts";
import { modelMatcher } from "../model/model-patterns.ts";
import { modelRenamer } from "../model/rename-model.ts";
import { type RequestLine, type RequestModels, requestModels } from "../model/request-model.ts";

/** What is known of the model of a dry request. `unknown`: its body would name one, and nothing is said about it. */
export type DryModel = RequestModels | { readonly kind: "unknown" };

/** What is looked at of a dry request. */
export interface ModelSource extends RequestLine {
  readonly rawHeaders: readonly string[];
  readonly framing: Framing;
  /** What its body names. */
  readonly model: string | undefined;
}

const UNKNOWN: DryModel = Object.freeze({ kind: "unknown" });

/** Where the name would stand does not matter. A span says that it could be replaced. */
const SOMEWHERE = Object.freeze({ start: 0, end: 0 });

/** Reads the model as the gateway does, with a body that names `x.model` where that is given. */
export function dryModel(x: ModelSource): DryModel {
  const body = x.model === undefined ? undefined : bodyNaming(x.model, x.rawHeaders);
  const models = requestModels(x, body);
  const isSaid = body !== undefined || models.kind === "models";
  const needsBody = models.kind === "unreadable" && models.reason === "missing";
  return !isSaid && (needsBody || x.framing.kind !== "none") ? UNKNOWN : models;
}

function bodyNaming(name: string, rawHeaders: readonly string[]): BodyModel {
  const format = bodyFormat(rawHeaders);
  if (format.kind === "unreadable") return format;
  const replaceable = format.kind === "json" && format.coding === undefined;
  return { kind: "model", name, span: replaceable ? SOMEWHERE : undefined };
}

/** What a model means for one upstream. */
export interface ModelEffect {
  /** `undefined`: the model decides, and is not known. */
  readonly takes: boolean | undefined;
  /** The name that the model is replaced with. */
  readonly newName: string | undefined;
  /** The name would have to be replaced where that is not possible. */
  readonly unreadable: boolean;
}

const NOT_TAKEN: ModelEffect = Object.freeze({ takes: false, newName: undefined, unreadable: false });

/** Makes the function that says what a model means for an upstream. */
export function modelEffects({
  models: patterns,
  renameModels,
}: Pick<UpstreamSpec, "models" | "renameModels">): (model: DryModel) => ModelEffect {
  const matches = patterns === undefined ? () => true : modelMatcher(patterns);
  const rename = modelRenamer(renameModels);
  // An empty list takes no model, whatever it is.
  const takesUnknown = patterns === undefined ? true : patterns.length === 0 ? false : undefined;
  return function effect(model) {
    if (model.kind === "unknown") return { takes: takesUnknown, newName: undefined, unreadable: false };
    if (model.kind === "models" && !model.places.every(({ name }) => matches(name))) return NOT_TAKEN;
    const plan = rename(model);
    return {
      takes: true,
      newName: plan.kind === "edit" ? JSON.parse(plan.edit.bytes.toString()) : undefined,
      unreadable: plan.kind === "unreadable",
    };
  };
}
