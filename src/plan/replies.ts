// Lists every error reply of the gateway with its status and its message, and builds replies from it.

/** What the table says about one error code. */
interface ErrorRow {
  readonly status: number;
  /**
   * Tells the user of a client what to do; SDKs show it. It holds nothing of a request. `null` when replies use the code for
   * different reasons, or name what the config makes the gateway look at: then each reply has its own message.
   */
  readonly message: string | null;
  /**
   * SDKs must not send the request again: it would fail again, or could be billed twice (contract, section 4, "For SDKs").
   */
  readonly final?: boolean;
  /** Headers that every reply with this code has, as a flat name, value list. */
  readonly headers?: readonly string[];
  /** The connection ends with this reply: what follows on it can't be trusted, or the gateway accepts no more requests. */
  readonly close?: boolean;
}

/** The error codes of the gateway (contract, section 4). */
export const ERROR_REPLIES = {
  bad_request: {
    status: 400,
    message:
      "The gateway can't read this request. Check its headers, and that content-length or transfer-encoding fits the body.",
    close: true,
    final: true,
  },
  invalid_path: {
    status: 400,
    message:
      "The gateway does not accept dot segments (/../) and backslashes in a path, nor a #. Check the base URL and the path after it.",
    final: true,
  },
  model_unreadable: {
    status: 400,
    message:
      "The gateway can't read or replace the model of this request. Name it once, as a string at the top level of the JSON body, near its start.",
    final: true,
  },
  // The message names where the gateway looks for the token.
  unauthorized: { status: 401, message: null, final: true, headers: ["www-authenticate", "Bearer"] },
  route_not_allowed: {
    status: 403,
    message: "This token may not use this route of the gateway. Use another base URL, or ask for a token that may.",
    final: true,
  },
  model_not_allowed: {
    status: 403,
    message:
      "This route of the gateway does not offer the model of this request. Use another model, or add this one to the gateway's config.",
    final: true,
  },
  request_exceeds_budget: {
    status: 403,
    message:
      "This request may use more than this client's whole budget, or more than its limit of tokens per minute. So waiting does not help. Send a shorter request, or set a smaller max_tokens.",
    final: true,
  },
  cors_origin_not_allowed: {
    status: 403,
    message:
      "Web pages of this origin may not use the gateway. Add the origin to cors.allow_origins in the gateway's config.",
    final: true,
  },
  // The message names the prefixes that a path may start with.
  route_not_found: { status: 404, message: null, final: true },
  // The message names the allowed methods, which depend on what is requested.
  method_not_allowed: { status: 405, message: null, final: true },
  request_timeout: { status: 408, message: "The request did not arrive in time. Send it again.", close: true },
  expectation_failed: {
    status: 417,
    message: "The only expectation that the gateway supports is 100-continue. Remove the expect header.",
    close: true,
    final: true,
  },
  websocket_not_enabled: {
    status: 426,
    message:
      "This route of the gateway does not support WebSocket. Send the request over HTTP, as most clients then do by themselves.",
    final: true,
    // A sender of `upgrade` names it in `connection`, too (RFC 9110, section 7.8).
    headers: ["upgrade", "HTTP/1.1", "connection", "upgrade"],
  },
  rate_limited: {
    status: 429,
    message:
      "This client has reached its limit of requests per minute on this route. Wait as long as the retry-after header says.",
  },
  // The message says when the next period begins.
  budget_exceeded: { status: 429, message: null, final: true },
  headers_too_large: {
    status: 431,
    message: "The request's headers are larger than 32 KiB. Send fewer or shorter headers.",
    close: true,
    final: true,
  },
  internal_error: {
    status: 500,
    message: "The request failed because of an error in the gateway. Search the gateway's log for the request id.",
  },
  upstream_connect_error: {
    status: 502,
    message:
      "The gateway can't connect to the upstream of this route. Try again, or search the gateway's log for the request id.",
  },
  upstream_request_failed: {
    status: 502,
    message:
      "The upstream failed before it sent a response, and may have worked on the request. Search the gateway's log for the request id.",
    final: true,
  },
  client_concurrency_exceeded: {
    status: 429,
    message: "This client has reached its limit of requests at one time. Try again in a moment.",
  },
  downstream_concurrency_exceeded: {
    status: 503,
    message: "The gateway has reached its limit of requests at one time. Try again in a moment.",
  },
  upstream_concurrency_exceeded: {
    status: 503,
    message: "The upstream key of this route has reached its limit of requests at one time. Try again in a moment.",
  },
  state_unavailable: {
    status: 503,
    message:
      "The gateway can't check the limits of this request, because the server that counts them can't be reached. Try again in a moment.",
  },
  shutting_down: {
    status: 503,
    message: "The gateway is shutting down. Try again in a moment: another instance may take over.",
    close: true,
  },
  upstream_timeout: {
    status: 504,
    message:
      "The upstream did not answer in time, and may still work on the request. Raise request_timeout_ms, first_byte_timeout_ms or connect_timeout_ms of the route.",
    final: true,
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;

type Table = typeof ERROR_REPLIES;

/** Every error code. */
export type ErrorCode = keyof Table;

/** The error codes whose message is in the table. For any other code, `replyFor` asks for the message. */
export type ReplyCode = { [C in ErrorCode]: Table[C]["message"] extends string ? C : never }[ErrorCode];

/** What an error reply says to the client, in whichever format. */
export interface ReplyError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A reply of the gateway's own. */
export interface Reply {
  /**
   * The outcome under which the exchange is logged and counted: an error code, `success` for a built-in endpoint, or
   * `preflight` for an answered CORS preflight.
   */
  readonly outcome: ErrorCode | "success" | "preflight";
  /** Left out where the body is not an error, or is an error in a format of its own. */
  readonly error?: ReplyError;
  readonly status: number;
  /** Empty for a status that has none. An error's body is in the plain format. */
  readonly body: string;
  /** Default: `application/json`. */
  readonly contentType?: string;
  /** A flat name, value list, without `content-type` and `content-length`. */
  readonly headers: readonly string[];
  /** Whether the connection is closed after it. */
  readonly close: boolean;
}

export interface ReplyOptions {
  /** Replaces the message of the table. Like those, it holds nothing of a request. */
  readonly message?: string;
  /** Further headers, as a flat name, value list. */
  readonly headers?: readonly string[];
  /** SDKs must not send the request again, also where the table does not say so. */
  readonly final?: boolean;
  /** After how many seconds the client may try again; `null`: never. Default: one for a 429 and a 503; other replies don't say. */
  readonly retryAfterSeconds?: number | null;
}

const NO_HEADERS: readonly string[] = Object.freeze([]);

/** The official SDKs obey this header: they raise their error at once. */
const DO_NOT_RETRY: readonly string[] = ["x-should-retry", "false"];

/** A slot can become free at any moment. `retry-after` counts in whole seconds, so one second is the shortest wait. */
const RETRY_SOON_SECONDS = 1;

/**
 * Builds the reply for an error code.
 * A code that is used for several reasons has no message in the table. For such a code, a call without a message does not
 * compile.
 */
export function replyFor<C extends ErrorCode>(
  code: C,
  ...[options = {}]: C extends ReplyCode
    ? [options?: ReplyOptions]
    : [options: ReplyOptions & { readonly message: string }]
): Reply {
  const { status, message, final = false, close = false, headers = NO_HEADERS }: ErrorRow = ERROR_REPLIES[code];
  const { retryAfterSeconds = isTemporary(status) ? RETRY_SOON_SECONDS : null } = options;
  return Object.freeze({
    outcome: code,
    error: { code, message: options.message ?? message ?? "" },
    status,
    body: `{"error":"${code}"}`,
    headers: Object.freeze([
      ...(retryAfterSeconds === null ? NO_HEADERS : retryAfter(retryAfterSeconds)),
      ...(final || options.final ? DO_NOT_RETRY : NO_HEADERS),
      ...headers,
      ...(options.headers ?? NO_HEADERS),
    ]),
    close,
  });
}

/** Whether a status asks the client to try again later. */
function isTemporary(status: number): boolean {
  return status === 429 || status === 503;
}

/**
 * The headers that say when to try again (contract, section 4, "For SDKs"): whole seconds for all clients, and the
 * milliseconds that the SDKs prefer.
 */
export function retryAfter(seconds: number = RETRY_SOON_SECONDS): readonly string[] {
  return ["retry-after", String(seconds), "retry-after-ms", String(seconds * 1000)];
}

/** The reply of a built-in endpoint that succeeds: 200 with a JSON body. */
export function okReply(body: string): Reply {
  return Object.freeze({ outcome: "success", status: 200, body, headers: NO_HEADERS, close: false });
}
