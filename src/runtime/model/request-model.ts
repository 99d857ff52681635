// Puts together what the path, the query and the body of a request say about its model (contract, section 12).

import type { ModelNames } from "../../plan/exchange.ts";
import { type BodyModel, type ByteSpan, type UnreadableReason, unreadable } from "./body-model.ts";
import { modelsInPath, modelsInQuery } from "./path-model.ts";

/** One place of a request that names a model. `span` is there where the name's bytes in the body can be replaced. */
export interface ModelPlace {
  readonly name: string;
  readonly span: ByteSpan | undefined;
}

/** The models of a request. An upstream must take all of them. `none`: requests of this kind carry no model. */
export type RequestModels =
  | { readonly kind: "none" }
  /** At least one: the path's first, then the query's, then the body's. */
  | { readonly kind: "models"; readonly places: readonly ModelPlace[] }
  | { readonly kind: "unreadable"; readonly reason: UnreadableReason };

/** The part of a request that is looked at besides its body. */
export interface RequestLine {
  readonly method: string;
  /** Raw, without the query. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
}

const CARRIES_NO_MODEL: RequestModels = Object.freeze({ kind: "none" });

/** These carry no model when they have no body. */
const WITHOUT_MODEL: readonly string[] = ["GET", "HEAD", "DELETE"];

/** @param body what the scan of the body found; `undefined` for a request without a body */
export function requestModels(request: RequestLine, body: BodyModel | undefined): RequestModels {
  if (body?.kind === "unreadable") return body;
  const inQuery = modelsInQuery(request.query);
  if (inQuery === "given_twice") return unreadable("given_twice");
  const inPath = modelsInPath(request.path);
  const places: ModelPlace[] = [...inPath, ...inQuery].map((name) => ({ name, span: undefined }));
  if (body?.kind === "model" && !isNameOfPath(body.name, inPath)) places.push({ name: body.name, span: body.span });
  if (places.length > 0) return { kind: "models", places };
  if (body === undefined) return WITHOUT_MODEL.includes(request.method) ? CARRIES_NO_MODEL : unreadable("missing");
  return unreadable(body.kind === "none" ? body.reason : "missing");
}

/** What a guard sees of the models. */
export function namesOf(models: RequestModels): ModelNames {
  if (models.kind === "unreadable") return undefined;
  return models.kind === "none" ? [] : models.places.map(({ name }) => name);
}

/** Gemini's SDKs name the path's model in the body of an embedding, too, with `models/` before it. */
function isNameOfPath(name: string, inPath: readonly string[]): boolean {
  return name.startsWith("models/") && inPath.includes(name.slice("models/".length));
}
