// Why did an upstream request fail, in the words of the contract? The one place where causes become replies.

import type { ClientRequest } from "node:http";
import type { ReplyCode } from "../../../plan/replies.ts";
import { ConnectTimeout } from "./connect-failure.ts";
import { wasEstablished } from "./pooled-agent.ts";

/** Which reply a failure before the response head calls for. */
export function failureCode(err: unknown, request: ClientRequest): ReplyCode {
  if (err instanceof ConnectTimeout) return "upstream_timeout";
  return request.reusedSocket || wasEstablished(request) ? "upstream_request_failed" : "upstream_connect_error";
}

/** What a log line may say of an error: its code and class, never its message, which can hold addresses or URLs. */
export function failureLabel(err: unknown): string {
  if (!(err instanceof Error)) return "unknown";
  const { code } = err as NodeJS.ErrnoException;
  return code ?? err.constructor.name;
}
