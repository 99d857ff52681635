// Lists the endpoints of the mock, and finds the one for a request.

import { listedPath } from "./alias.ts";
import { countTokens, messages } from "./anthropic/messages.ts";
import { echo } from "./echo.ts";
import { type Dialect, type Endpoint, type PlainEndpoint, text } from "./endpoint.ts";
import { batchEmbedContents, embedContent } from "./gemini/embed.ts";
import { countTokens as countGeminiTokens, generateContent, streamGenerateContent } from "./gemini/generate.ts";
import { geminiModel, geminiModels } from "./gemini/models.ts";
import { guide } from "./guide.ts";
import { modelList, oneModel } from "./models.ts";
import { ollamaChat, ollamaGenerate, ollamaTags } from "./ollama/chat.ts";
import { chatCompletions } from "./openai/chat.ts";
import { embeddings } from "./openai/embeddings.ts";
import { responses } from "./openai/responses.ts";
import { files, transcriptions } from "./openai/uploads.ts";
import { emptyBooks, showBooks } from "./usage/books-endpoint.ts";

const SERVED: readonly Endpoint[] = [
  chatCompletions,
  responses,
  embeddings,
  transcriptions,
  files,
  messages,
  countTokens,
  generateContent,
  streamGenerateContent,
  countGeminiTokens,
  embedContent,
  batchEmbedContents,
  ollamaChat,
  ollamaGenerate,
  modelList,
  oneModel,
  geminiModels,
  geminiModel,
  ollamaTags,
  echo,
  showBooks,
  emptyBooks,
];

const page: PlainEndpoint = {
  method: "GET",
  path: "/",
  takes: "bytes",
  what: "this page",
  answer: () => text(guide([...SERVED, page])),
};

/** An endpoint and the part of the path that matches its `{id}` (or Azure's deployment), or the status to refuse the request with. */
export type EndpointMatch =
  | { readonly endpoint: Endpoint; readonly param: string }
  | { readonly endpoint: undefined; readonly status: 404 | 405 };

/** Finds the endpoint for a request. @param path the raw request path, without the query */
export function findEndpoint(method: string, path: string, dialect: Dialect): EndpointMatch {
  const listed = listedPath(path, dialect);
  let status: 404 | 405 = 404;
  for (const endpoint of [...SERVED, page]) {
    const param = matchPath(endpoint.path, listed.path);
    if (param === undefined) continue;
    if (endpoint.method === "*" || endpoint.method === method) return { endpoint, param: param || listed.deployment };
    status = 405;
  }
  return { endpoint: undefined, status };
}

/** What matches `{id}`, or the empty string if the pattern has none. @returns undefined when the path does not match */
function matchPath(pattern: string, path: string): string | undefined {
  const [before = "", after] = pattern.split("{id}");
  if (after === undefined) return pattern === path ? "" : undefined;
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  const param = path.slice(before.length, path.length - after.length);
  // A colon begins a verb of Gemini's, so it is no part of a name.
  return param !== "" && !/[/:]/.test(param) ? param : undefined;
}
