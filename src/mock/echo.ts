// What reaches an upstream? `/v1/echo` answers with the request as it arrived, so that header rules and keys can be seen at work.

import { type Call, json, type PlainEndpoint } from "./endpoint.ts";

/** Credentials are shown only as far as is needed to tell one from another. */
const CREDENTIALS = new Set(["authorization", "x-api-key", "proxy-authorization", "cookie"]);

export const echo: PlainEndpoint = {
  method: "*",
  path: "/v1/echo",
  takes: "bytes",
  what: "the request as it reached the mock; credentials are masked",
  answer: (call, body) =>
    json({ method: call.method, target: call.target, headers: shownHeaders(call), body_bytes: body.length }),
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
