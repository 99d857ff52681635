// Translates the other paths of an API to the one that the mock lists: those of Azure OpenAI, and Gemini's first version.

import type { Dialect } from "./endpoint.ts";

/** A path in the form that the mock lists. */
export interface ListedPath {
  readonly path: string;
  /** The deployment in a path of Azure, which stands for the model; empty when the path names none. */
  readonly deployment: string;
}

/** @param path the raw request path, without the query */
export function listedPath(path: string, dialect: Dialect): ListedPath {
  if (dialect === "gemini") return { path: path.replace(/^\/v1\/models/, "/v1beta/models"), deployment: "" };
  // Azure: `/openai/deployments/{name}/…` with an `api-version`, or `/openai/v1/…` without.
  const azure = /^\/openai\/(?:v1|deployments\/(?<deployment>[^/]+))\/(?<rest>.+)$/.exec(path)?.groups;
  return { path: azure === undefined ? path : `/v1/${azure["rest"]}`, deployment: azure?.["deployment"] ?? "" };
}
