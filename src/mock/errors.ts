// Makes the error answers of both providers, so that the SDKs raise the same error classes as for the real ones.

import { type Dialect, requestId, type WholeAnswer } from "./endpoint.ts";

interface Row {
  readonly openai: { readonly type: string; readonly code: string | null };
  readonly anthropic: string;
}

const REQUEST = { type: "invalid_request_error", code: null };
const SERVER = { type: "server_error", code: null };

const ROWS = new Map<number, Row>([
  [400, { openai: REQUEST, anthropic: "invalid_request_error" }],
  [401, { openai: { ...REQUEST, code: "invalid_api_key" }, anthropic: "authentication_error" }],
  [403, { openai: REQUEST, anthropic: "permission_error" }],
  [404, { openai: REQUEST, anthropic: "not_found_error" }],
  [413, { openai: REQUEST, anthropic: "request_too_large" }],
  [429, { openai: { type: "requests", code: "rate_limit_exceeded" }, anthropic: "rate_limit_error" }],
  [500, { openai: SERVER, anthropic: "api_error" }],
  [504, { openai: SERVER, anthropic: "timeout_error" }],
  [529, { openai: SERVER, anthropic: "overloaded_error" }],
]);

/**
 * An error answer in the form of the provider.
 * @param id the id of the call
 */
export function refuse(dialect: Dialect, status: number, message: string, id: string): WholeAnswer {
  const row = ROWS.get(status) ?? ROWS.get(status < 500 ? 400 : 500);
  const body =
    dialect === "anthropic"
      ? { type: "error", error: { type: row?.anthropic, message }, request_id: requestId(id) }
      : { error: { message, type: row?.openai.type, param: null, code: row?.openai.code } };
  const headers: Record<string, string> = status === 429 ? { "retry-after": "1" } : {};
  return { kind: "whole", status, contentType: "application/json", body: JSON.stringify(body), headers };
}
