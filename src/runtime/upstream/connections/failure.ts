// Turns the error of a failed upstream request into a reply code and a log label. Defines errors of our own.

import type { ClientRequest } from "node:http";
import type { ReplyCode } from "../../../plan/replies.ts";
import { wasEstablished } from "./upstream-socket.ts";

/** The connect deadline (contract, section 4) has passed. It has its own type, to distinguish it from other failures (fact F6). */
export class ConnectTimeout extends Error {}

/** The outbound proxy could not be reached, or refused. Holds a short cause, never an address or a secret. */
export class ProxyFailure extends Error {
  readonly code: string;

  /** @param cause follows the word `proxy`, as in "answered 407" */
  constructor(cause: string) {
    super("outbound proxy failed");
    this.code = `proxy ${cause}`;
  }
}

/** A file of `upstream.tls` can't be used. Holds a short cause, never a path. */
export class UpstreamTlsFailure extends Error {
  readonly code: string;

  /** @param cause follows the key, as in "ca_path ENOENT" */
  constructor(key: string, cause: string) {
    super("a file of upstream.tls can't be used");
    this.code = `tls ${key} ${cause}`;
  }
}

/** The code of the reply to a request that failed before the upstream's response headers. */
export function failureCode(err: unknown, request: ClientRequest): ReplyCode {
  if (err instanceof ConnectTimeout) return "upstream_timeout";
  return request.reusedSocket || wasEstablished(request) ? "upstream_request_failed" : "upstream_connect_error";
}

/** How the log names an error: by its code or class, never by its message, which can hold addresses or URLs. */
export function failureLabel(err: unknown): string {
  if (!(err instanceof Error)) return "unknown";
  const { code } = err as NodeJS.ErrnoException;
  return code ?? err.constructor.name;
}
