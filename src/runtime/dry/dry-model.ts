// Says what the model of a dry request means for an upstream: whether it takes the request, and under which name
// (contract, section 14).

import type { UpstreamSpec } from "../../plan/forward.ts";
import { type Framing, hasBody } from "../headers/request-head.ts";
import { bodyFormat } from "../model/body-format.ts";
import type { BodyModel } from "../model/body-model.ts";
import { type RequestLine, type RequestModels, requestModels } from "../model/request-model.ts";
import { type Takes, upstreamModels } from "../model/upstream-models.ts";

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

function bodyNaming(name: string, rawHeaders: readonly string[]): BodyModel {
  const format = bodyFormat(rawHeaders);
  if (format.kind === "unreadable") return format;
  const replaceable = format.kind !== "form" && format.coding === undefined;
  return { kind: "model", name, span: replaceable ? SOMEWHERE : undefined };
}

/** What a model means for one upstream. */
export interface ModelEffect {
  /** `undefined`: the model decides, and is not known. `not_renamable`: its name would have to be replaced where that is not possible. */
  readonly takes: Takes | undefined;
  /** The name that the model is replaced with. */
  readonly newName?: string;
}

const YES: ModelEffect = Object.freeze({ takes: "yes" });
const NO: ModelEffect = Object.freeze({ takes: "no" });
const NOT_RENAMABLE: ModelEffect = Object.freeze({ takes: "not_renamable" });
const DEPENDS: ModelEffect = Object.freeze({ takes: undefined });

/** Makes the function that says what a model means for an upstream. */
export function modelEffects(spec: Pick<UpstreamSpec, "models" | "renameModels">): (model: DryModel) => ModelEffect {
  const { models: patterns } = spec;
  const { takes, edit } = upstreamModels(spec);
  // An empty list takes no model, whatever it is.
  const unknown = patterns === undefined ? YES : patterns.length === 0 ? NO : DEPENDS;
  return function effect(model) {
    if (model.kind === "unknown") return unknown;
    const taken = takes(model);
    if (taken !== "yes") return taken === "no" ? NO : NOT_RENAMABLE;
    const renamed = edit(model);
    return renamed === undefined ? YES : { takes: "yes", newName: JSON.parse(renamed.bytes.toString()) };
  };
}
