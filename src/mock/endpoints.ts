// Which endpoints has the mock, and which of them takes a request?

import { countTokens } from "./anthropic/count-tokens.ts";
import { messages } from "./anthropic/messages.ts";
import { echo } from "./echo.ts";
import { type Endpoint, type PlainEndpoint, text } from "./endpoint.ts";
import { guide } from "./guide.ts";
import { modelList, oneModel } from "./model-list.ts";
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

/** An endpoint and what its `{id}` stands for, or why there is none. */
export type Found =
  | { readonly endpoint: Endpoint; readonly param: string }
  | { readonly endpoint: undefined; readonly status: 404 | 405 };

/** @param path the raw request path, without the query */
export function findEndpoint(method: string, path: string): Found {
  let status: 404 | 405 = 404;
  for (const endpoint of [...SERVED, page]) {
    const param = matchPath(endpoint.path, path);
    if (param === undefined) continue;
    if (endpoint.method === "*" || endpoint.method === method) return { endpoint, param };
    status = 405;
  }
  return { endpoint: undefined, status };
}

/** What `{id}` stands for, the empty string where the pattern has none, nothing where the path does not match. */
function matchPath(pattern: string, path: string): string | undefined {
  const [before = "", after] = pattern.split("{id}");
  if (after === undefined) return pattern === path ? "" : undefined;
  const param = path.slice(before.length);
  return path.startsWith(before) && param !== "" && !param.includes("/") ? param : undefined;
}
