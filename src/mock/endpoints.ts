// Lists the endpoints of the mock, and finds the one for a request.

import { countTokens, messages } from "./anthropic/messages.ts";
import { echo } from "./echo.ts";
import { type Endpoint, type PlainEndpoint, text } from "./endpoint.ts";
import { guide } from "./guide.ts";
import { modelList, oneModel } from "./models.ts";
import { chatCompletions } from "./openai/chat.ts";
import { embeddings } from "./openai/embeddings.ts";
import { responses } from "./openai/responses.ts";
import { files, transcriptions } from "./openai/uploads.ts";

const SERVED: readonly Endpoint[] = [
  chatCompletions,
  responses,
  embeddings,
  transcriptions,
  files,
  messages,
  countTokens,
  modelList,
  oneModel,
  echo,
];

const page: PlainEndpoint = {
  method: "GET",
  path: "/",
  takes: "bytes",
  what: "this page",
  answer: () => text(guide([...SERVED, page])),
};

/** An endpoint and the segment that matches its `{id}`, or the status to refuse the request with. */
export type EndpointMatch =
  | { readonly endpoint: Endpoint; readonly param: string }
  | { readonly endpoint: undefined; readonly status: 404 | 405 };

/** Finds the endpoint for a request. @param path the raw request path, without the query */
export function findEndpoint(method: string, path: string): EndpointMatch {
  let status: 404 | 405 = 404;
  for (const endpoint of [...SERVED, page]) {
    const param = matchPath(endpoint.path, path);
    if (param === undefined) continue;
    if (endpoint.method === "*" || endpoint.method === method) return { endpoint, param };
    status = 405;
  }
  return { endpoint: undefined, status };
}

/** The segment that matches `{id}`, or the empty string if the pattern has none. @returns undefined when the path does not match */
function matchPath(pattern: string, path: string): string | undefined {
  const [before = "", after] = pattern.split("{id}");
  if (after === undefined) return pattern === path ? "" : undefined;
  const param = path.slice(before.length);
  return path.startsWith(before) && param !== "" && !param.includes("/") ? param : undefined;
}
