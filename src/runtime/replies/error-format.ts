// How is an error told so that the official SDKs raise their right class? (spec section 4, "For SDKs")

import { REPLY_STATUS, type ReplyCode } from "../../plan/replies.ts";
import type { ErrorFormat, RequestInfo, ResponseFormat } from "../../plan/response-format.ts";
import { headerValues } from "../headers/find-header.ts";
import { MESSAGES } from "./messages.ts";

type FormatError = NonNullable<ResponseFormat["formatError"]>;

/** The `type` a provider gives an error of a status. */
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

/** The formatter of a format; `undefined` for the plain one, which replies have already. */
export function errorFormatterOf(format: ErrorFormat): FormatError | undefined {
  switch (format) {
    case "plain":
      return undefined;
    case "openai":
      return formatOpenai;
    case "anthropic":
      return formatAnthropic;
    case "auto":
      return (reply, asker) => (speaksAnthropic(asker) ? formatAnthropic : formatOpenai)(reply, asker);
  }
}

function speaksAnthropic({ rawHeaders }: RequestInfo): boolean {
  return headerValues(rawHeaders, "anthropic-version").length > 0;
}

const OPENAI_BODIES = eachCode((code, type) => {
  return JSON.stringify({ error: { message: MESSAGES[code], type: type.openai, param: null, code } });
});

const ANTHROPIC_OPENINGS = eachCode((code, type) => {
  const error = JSON.stringify({ type: type.anthropic, message: MESSAGES[code] });
  return `{"type":"error","error":${error},"request_id":"`;
});

const formatOpenai: FormatError = (reply) => {
  return reply.error === undefined ? reply : { ...reply, body: OPENAI_BODIES[reply.error] };
};

const formatAnthropic: FormatError = (reply, { id }) => {
  if (reply.error === undefined) return reply;
  // An id is letters, digits and `-_.`: nothing in it to escape.
  const body = `${ANTHROPIC_OPENINGS[reply.error]}${id}"}`;
  return { ...reply, body, headers: [...reply.headers, "request-id", id] };
};

function eachCode(make: (code: ReplyCode, type: TypeNames) => string): { readonly [C in ReplyCode]: string } {
  const codes = Object.keys(REPLY_STATUS) as ReplyCode[];
  return Object.fromEntries(codes.map((code) => [code, make(code, typesOf(REPLY_STATUS[code]))])) as {
    [C in ReplyCode]: string;
  };
}

function typesOf(status: number): TypeNames {
  return TYPES[status] ?? (status < 500 ? OTHER_4XX : OTHER_5XX);
}
