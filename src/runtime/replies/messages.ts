// What should the person behind a client do about an error of ours? A sentence for each error word, for the SDKs' messages.

import type { ReplyCode } from "../../plan/replies.ts";

/** The same for every request: nothing of a config or of a client is in it. */
export const MESSAGES: { readonly [C in ReplyCode]: string } = {
  bad_request: "The gateway can't read this request. Check its headers and how its body is framed.",
  invalid_path: "The gateway takes no path with dot segments or backslashes. Check the base URL and the path after it.",
  unauthorized: "No valid gateway token. Use a token of this gateway, not the provider's key, as the API key.",
  cors_origin_not_allowed: "Pages of this origin may not use the gateway. Add the origin to cors.allow_origins.",
  route_not_found: "No route of the gateway has this path. Check the base URL: it starts with the prefix of a route.",
  method_not_allowed: "This path takes GET and HEAD only.",
  request_timeout: "The request did not arrive in time. Send it again.",
  expectation_failed: "The gateway knows no expectation but 100-continue. Leave out the expect header.",
  rate_limited: "This token has used up its requests of this minute on this route. Wait as long as retry-after says.",
  headers_too_large: "The request's headers are larger than 32 KiB. Send fewer or shorter ones.",
  internal_error: "The gateway failed on this request. Look for its request id in the gateway's log.",
  upstream_connect_error:
    "The gateway can't connect to the upstream of this route. Try again, or look for the request id in the gateway's log.",
  upstream_request_failed:
    "The upstream broke off before it answered. Try again, or look for the request id in the gateway's log.",
  downstream_concurrency_exceeded: "The gateway has as many requests in flight as it may. Try again in a moment.",
  upstream_concurrency_exceeded:
    "The upstream key of this route has as many requests in flight as it may. Try again in a moment.",
  shutting_down: "The gateway is shutting down. Try again in a moment: another one may take over.",
  upstream_timeout: "The upstream did not answer in time. Try again, or raise request_timeout_ms of the route.",
};
