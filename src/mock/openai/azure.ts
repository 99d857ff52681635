// Translates the paths of Azure OpenAI to those of OpenAI: `/openai/deployments/{name}/…` and `/openai/v1/…`.

/** A path of Azure in OpenAI's form. */
export interface AzurePath {
  readonly path: string;
  /** The deployment in the path, which stands for the model; empty when the path names none. */
  readonly deployment: string;
}

/** @returns undefined when the path is not one of Azure's */
export function azurePath(path: string): AzurePath | undefined {
  const match = /^\/openai\/(?:v1|deployments\/(?<deployment>[^/]+))\/(?<rest>.+)$/.exec(path);
  if (match === null) return undefined;
  return { path: `/v1/${match.groups?.["rest"]}`, deployment: match.groups?.["deployment"] ?? "" };
}
