// Which answers does the gateway give of its own, with which status and which bytes? Nothing else decides either.

/** The error words of the contract (contract, section 4), each with its status. */
export const REPLY_STATUS = {
  bad_request: 400,
  invalid_path: 400,
  unauthorized: 401,
  cors_origin_not_allowed: 403,
  route_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  expectation_failed: 417,
  rate_limited: 429,
  headers_too_large: 431,
  internal_error: 500,
  upstream_connect_error: 502,
  upstream_request_failed: 502,
  downstream_concurrency_exceeded: 503,
  upstream_concurrency_exceeded: 503,
  shutting_down: 503,
  upstream_timeout: 504,
} as const;

export type ReplyCode = keyof typeof REPLY_STATUS;

/** An answer of our own. `headers` is a flat name, value list, `content-type` and `content-length` not included. */
export interface Reply {
  /** The word the exchange's outcome is told by: an error word, or `success` for an own endpoint. */
  readonly outcome: ReplyCode | "success" | "preflight";
  /** The error word that the body tells, in whichever form; left out where the body is its own. */
  readonly error?: ReplyCode;
  readonly status: number;
  /** Empty for a status that has none. */
  readonly body: string;
  /** `application/json` unless told otherwise. */
  readonly contentType?: string;
  readonly headers: readonly string[];
  /** The connection ends with it: what comes next on it could not be trusted, or nothing more is taken. */
  readonly close: boolean;
}

const CLOSING: ReadonlySet<ReplyCode> = new Set([
  "bad_request",
  "request_timeout",
  "expectation_failed",
  "headers_too_large",
  "shutting_down",
]);

const NO_HEADERS: readonly string[] = Object.freeze([]);

/**
 * The reply for an error word.
 * @param headers flat name, value list to send besides (for example `["retry-after", "7"]`)
 */
export function replyFor(code: ReplyCode, headers: readonly string[] = NO_HEADERS): Reply {
  const body = `{"error":"${code}"}`;
  return Object.freeze({
    outcome: code,
    error: code,
    status: REPLY_STATUS[code],
    body,
    headers,
    close: CLOSING.has(code),
  });
}

/** An own endpoint's good answer: 200 with a JSON body. */
export function okReply(body: string): Reply {
  return Object.freeze({ outcome: "success", status: 200, body, headers: NO_HEADERS, close: false });
}
