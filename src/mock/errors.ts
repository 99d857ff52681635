// Makes the error answers of the providers, so that the SDKs raise the same error classes as for the real ones.

import { type Call, requestId, type WholeAnswer } from "./endpoint.ts";
import { isArrayStream } from "./gemini/array-stream.ts";

interface Row {
  readonly openai: { readonly type: string; readonly code: string | null };
  readonly anthropic: string;
  /** The name of Google's RPC code. */
  readonly gemini: string;
}

const REQUEST = { type: "invalid_request_error", code: null };
const SERVER = { type: "server_error", code: null };

const BAD_REQUEST: Row = { openai: REQUEST, anthropic: "invalid_request_error", gemini: "INVALID_ARGUMENT" };
const FAILED: Row = { openai: SERVER, anthropic: "api_error", gemini: "INTERNAL" };

const ROWS = new Map<number, Row>([
  [
    401,
    {
      ...BAD_REQUEST,
      openai: { ...REQUEST, code: "invalid_api_key" },
      anthropic: "authentication_error",
      gemini: "UNAUTHENTICATED",
    },
  ],
  [403, { ...BAD_REQUEST, anthropic: "permission_error", gemini: "PERMISSION_DENIED" }],
  [404, { ...BAD_REQUEST, anthropic: "not_found_error", gemini: "NOT_FOUND" }],
  [413, { ...BAD_REQUEST, anthropic: "request_too_large" }],
  [
    429,
    {
      openai: { type: "requests", code: "rate_limit_exceeded" },
      anthropic: "rate_limit_error",
      gemini: "RESOURCE_EXHAUSTED",
    },
  ],
  [503, { ...FAILED, gemini: "UNAVAILABLE" }],
  [504, { ...FAILED, anthropic: "timeout_error", gemini: "DEADLINE_EXCEEDED" }],
  [529, { ...FAILED, anthropic: "overloaded_error" }],
]);

/** How long a 429 asks the client to wait, s. */
const RETRY_AFTER_S = 1;

/** An error answer in the form of the provider that the call is for. */
export function refuse(call: Pick<Call, "dialect" | "id" | "target">, status: number, message: string): WholeAnswer {
  const row = ROWS.get(status) ?? (status < 500 ? BAD_REQUEST : FAILED);
  // Google puts the wait into the body instead.
  const waits = status === 429 && call.dialect !== "gemini";
  const headers: Record<string, string> = waits ? { "retry-after": String(RETRY_AFTER_S) } : {};
  const body = JSON.stringify(bodyOf(call, row, status, message));
  return { kind: "whole", status, contentType: "application/json", body, headers };
}

function bodyOf(call: Pick<Call, "dialect" | "id" | "target">, row: Row, status: number, message: string): unknown {
  switch (call.dialect) {
    case "openai":
      return { error: { message, type: row.openai.type, param: null, code: row.openai.code } };
    case "anthropic":
      return { type: "error", error: { type: row.anthropic, message }, request_id: requestId(call.id) };
    case "gemini": {
      const error = { code: status, message, status: row.gemini, ...(status === 429 && { details: [RETRY_INFO] }) };
      return isArrayStream(call.target) ? [{ error }] : { error };
    }
    case "ollama":
      return { error: message };
  }
}

const RETRY_INFO = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${RETRY_AFTER_S}s` };
