// Answers `/v1/echo` with the request as it arrived, to show the effect of header rules and injected keys.

import { type Call, json, type PlainEndpoint } from "./endpoint.ts";

/** The query parameters that some providers take a key from. */
const KEY_PARAMETER = /([?&](?:key|api[-_]key|access_token|token)=[^&]{0,8})[^&]*/gi;

/** Only the start of these headers is shown: enough to distinguish two credentials. */
const CREDENTIALS = new Set([
  "authorization",
  "x-api-key",
  "x-goog-api-key",
  "api-key",
  "proxy-authorization",
  "cookie",
]);

export const echo: PlainEndpoint = {
  method: "*",
  path: "/v1/echo",
  takes: "bytes",
  what: "the request as it reached the mock; credentials are masked",
  answer: (call, body) =>
    json({
      method: call.method,
      target: call.target.replaceAll(KEY_PARAMETER, "$1***"),
      headers: shownHeaders(call),
      body_bytes: body.length,
    }),
};

function shownHeaders(call: Call): Record<string, unknown> {
  const shown = Object.entries(call.headers).map(([name, value]) => [
    name,
    CREDENTIALS.has(name) ? mask(value) : value,
  ]);
  return Object.fromEntries(shown);
}

function mask(value: string | string[] | undefined): string {
  return String(value).replace(/^((?:Bearer |Basic )?.{0,8}).*$/i, "$1***");
}
