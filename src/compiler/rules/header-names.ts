// Lists the header names that several rules use, in lower case.

/** Set by the gateway for each request, whatever the client sent. */
export const SET_BY_GATEWAY: ReadonlySet<string> = new Set(["host", "content-length", "transfer-encoding"]);

/** Headers that LLM APIs and their clients use: the suggestions for a misspelt name. */
export const WELL_KNOWN: readonly string[] = [
  "authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  "anthropic-version",
  "anthropic-beta",
  "openai-organization",
  "openai-project",
  "openai-beta",
  "content-type",
  "content-encoding",
  "accept",
  "accept-encoding",
  "accept-language",
  "user-agent",
  "x-request-id",
  "x-forwarded-for",
  "x-real-ip",
  "cookie",
  "origin",
  "referer",
  "traceparent",
  "http-referer",
  "x-title",
];
