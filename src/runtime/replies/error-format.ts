// Writes an error in the format of OpenAI or Anthropic (contract, section 4, "For SDKs"), so that the official SDKs raise the
// right error class.

import type { Reply } from "../../plan/replies.ts";
import type { ErrorFormat, RequestInfo, ResponseFormat } from "../../plan/response-format.ts";
import { headerValues } from "../headers/find-header.ts";

type FormatError = NonNullable<ResponseFormat["formatError"]>;

/** The `type` that each provider gives to an error of one status. */
interface TypeNames {
  readonly openai: string;
  readonly anthropic: string;
}

const TYPES: Readonly<Record<number, TypeNames>> = {
  401: { openai: "invalid_request_error", anthropic: "authentication_error" },
  403: { openai: "invalid_request_error", anthropic: "permission_error" },
  404: { openai: "invalid_request_error", anthropic: "not_found_error" },
  429: { openai: "requests", anthropic: "rate_limit_error" },
  503: { openai: "server_error", anthropic: "overloaded_error" },
  504: { openai: "server_error", anthropic: "timeout_error" },
};
const OTHER_4XX: TypeNames = { openai: "invalid_request_error", anthropic: "invalid_request_error" };
const OTHER_5XX: TypeNames = { openai: "server_error", anthropic: "api_error" };

/**
 * Codes whose `type` is another one than that of their status. `insufficient_quota` is what OpenAI's API gives for used-up credit. With it
 * Codex (tried with 0.171.0) ends at once. With any other type it waits as long as `retry-after` says, up to a month, and shows no reason.
 */
const OPENAI_TYPES_OF_CODES: Readonly<Record<string, string>> = { budget_exceeded: "insufficient_quota" };

/** Chooses the formatter of a format. The plain format needs none: a reply is built with a plain body. */
export function errorFormatterOf(format: ErrorFormat): FormatError | undefined {
  switch (format) {
    case "plain":
      return undefined;
    case "openai":
      return formatOpenai;
    case "anthropic":
      return formatAnthropic;
    case "auto":
      return (reply, request) => (isForAnthropic(request) ? formatAnthropic : formatOpenai)(reply, request);
  }
}

/** Anthropic's SDKs send `anthropic-version` with every request. */
function isForAnthropic({ rawHeaders }: RequestInfo): boolean {
  return headerValues(rawHeaders, "anthropic-version").length > 0;
}

function formatOpenai(reply: Reply): Reply {
  if (reply.error === undefined) return reply;
  const { code, message } = reply.error;
  const type = OPENAI_TYPES_OF_CODES[code] ?? typeNamesOf(reply.status).openai;
  const error = { message, type, param: null, code };
  return { ...reply, body: JSON.stringify({ error }) };
}

function formatAnthropic(reply: Reply, { id }: RequestInfo): Reply {
  if (reply.error === undefined) return reply;
  const error = { type: typeNamesOf(reply.status).anthropic, message: withoutKeyHeader(reply.error.message) };
  const body = JSON.stringify({ type: "error", error, request_id: id });
  return { ...reply, body, headers: [...reply.headers, "request-id", id] };
}

/**
 * Claude Code (tried with 2.1.197) takes each message that contains `x-api-key` for one about its own sign-in: it shows "Not logged in ·
 * Please run /login" in its place.
 */
function withoutKeyHeader(message: string): string {
  return message.replaceAll(/x-api-key/gi, "for Anthropic API keys");
}

function typeNamesOf(status: number): TypeNames {
  return TYPES[status] ?? (status < 500 ? OTHER_4XX : OTHER_5XX);
}
