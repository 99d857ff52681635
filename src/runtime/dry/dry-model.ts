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
  return !isSaid && (needsBody || hasBody(x.framing)) ? UNKNOWN : models;
}

function hasBody(framing: Framing): boolean {
  return framing.kind === "chunked" || (framing.kind === "length" && Number(framing.length) > 0);
}

function bodyNaming(name: string, rawHeaders: readonly string[]): BodyModel {
  const format = bodyFormat(rawHeaders);
  if (format.kind === "unreadable") return format;
  const replaceable = format.kind === "json" && format.coding === undefined;
  return { kind: "model", name, span: replaceable ? SOMEWHERE : undefined };
}

/** What a model means for one upstream. */
export interface ModelEffect {
  /** `undefined`: the model decides, and is not known. `not_renamable`: its name would have to be replaced where that is not possible. */
  readonly takes: "yes" | "no" | "not_renamable" | undefined;
  /** The name that the model is replaced with. */
  readonly newName?: string;
}

const YES: ModelEffect = Object.freeze({ takes: "yes" });
const NO: ModelEffect = Object.freeze({ takes: "no" });
const NOT_RENAMABLE: ModelEffect = Object.freeze({ takes: "not_renamable" });
const DEPENDS: ModelEffect = Object.freeze({ takes: undefined });

/** Makes the function that says what a model means for an upstream. */
export function modelEffects({
  models: patterns,
  renameModels,
}: Pick<UpstreamSpec, "models" | "renameModels">): (model: DryModel) => ModelEffect {
  const matches = patterns === undefined ? () => true : modelMatcher(patterns);
  const rename = modelRenamer(renameModels);
  // An empty list takes no model, whatever it is.
  const unknown = patterns === undefined ? YES : patterns.length === 0 ? NO : DEPENDS;
  return function effect(model) {
    if (model.kind === "unknown") return unknown;
    if (model.kind === "models" && !model.places.every(({ name }) => matches(name))) return NO;
    const plan = rename(model);
    if (plan.kind === "unreadable") return NOT_RENAMABLE;
    return plan.kind === "edit" ? { takes: "yes", newName: JSON.parse(plan.edit.bytes.toString()) } : YES;
  };
}
