// Lists the diagnostic codes of mistakes that people make with secrets, providers and units: the config is valid, but it would not work.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { type CodeEntry, error, warning } from "./code-entry.ts";

export const MISTAKE_CODES = {
  "rule/secret-characters": warning(
    "A secret with something around it or in it",
    "Quotes, white space, comments, commas and the name of the variable become part of the secret. `docker run --env-file`, for example, keeps quotes and comments. Then clients or the upstream get a 401.",
    "Leave only the secret itself in the variable or file. For several tokens, write one list item for each.",
  ),
  "rule/short-token": warning(
    "A short gateway token",
    "A short token can be guessed by trying. Fewer than 16 characters are reported, or fewer than 8 if the gateway listens only on this machine.",
    "Make a random token: `ai-gw-lite token`.",
  ),
  "rule/upstream-key-reused": warning(
    "A gateway token is also an upstream key",
    "Every client knows the key and can use the provider without the gateway, past its limits. If the token is revoked, the key has to be replaced, too.",
    "Use a separate token for clients.",
  ),
  "rule/auth-scheme": warning(
    "A key without its scheme, or with two",
    "`authorization` needs a scheme in front of the key, once: `Bearer KEY` (RFC 9110, section 11.6.2). `x-api-key` and similar headers take the key alone. The check looks at the value after `${…}` has been replaced.",
    "Write `Bearer ${NAME}` for `authorization` and `${NAME}` for other key headers, and leave `Bearer` out of the variable. If your upstream reads `authorization` without a scheme, ignore the warning.",
  ),
  "rule/key-header": warning(
    "A key in a header that the provider does not read",
    "Providers read their API keys from different headers: OpenAI from `authorization`, Anthropic from `x-api-key`, Gemini from `x-goog-api-key`, Azure OpenAI from `api-key`. In another header, the provider does not see the key and answers with 401. OAuth tokens in `authorization` are not reported.",
    "Inject the header that the help names. For Gemini's API in OpenAI's format, end `base_url` with `/v1beta/openai`.",
  ),
  "rule/other-providers-key": warning(
    "A key of another provider",
    "The provider answers with 401, and it has seen a key that belongs to someone else. This happens when a route is copied.",
    "Inject the provider's own key. Replace a key that has been sent to the wrong provider.",
  ),
  "rule/provider-without-key": warning(
    "A provider that gets no key",
    "The route injects no key, and the client's own header does not reach the provider: token headers and `remove_headers` are never forwarded. The provider answers every request with 401.",
    "Inject a key with `inject_headers`. If clients have keys of their own, read the gateway token from another header, such as `x-gw-token`.",
  ),
  "rule/token-source-missing": warning(
    "A token header that no source names",
    "The provider's own SDK sends its key in this header. With the gateway, clients set the gateway token as that key, so the token arrives in this header. The gateway does not look there and answers with 401.",
    "Add the header to `token_sources`, beside those you have.",
  ),
  "rule/endpoint-base-url": warning(
    "A base URL that is an endpoint",
    "Clients add the path of the endpoint, such as `/chat/completions`, to the base URL. It would be in the path twice, and the provider would answer with 404.",
    "Remove the endpoint from `base_url`.",
  ),
  "rule/provider-path": warning(
    "A path that the provider does not have",
    "All requests of the route would go to paths outside of the provider's API, and would be answered with 404.",
    "Write the start of the provider's own paths in `base_url`, and keep or strip the prefix accordingly.",
  ),
  "rule/provider-host": warning(
    "A host that is not the provider's API",
    "The host is the provider's web site, or its name differs from the API's in one or two letters. A key would be sent to the wrong server.",
    "Write the host of the API.",
  ),
  "rule/scheme-port": warning(
    "The port of another scheme",
    "Port 443 is for https, and port 80 for http. With the other scheme, the connection fails.",
    "Remove the port, or correct the scheme.",
  ),
  "rule/short-timeout": warning(
    "A timeout that was probably meant in seconds",
    "All times are in milliseconds. `request_timeout_ms: 60` gives an upstream 0.06 seconds.",
    "Write the time in milliseconds: 60000 for a minute. A short timeout that is meant, as in tests, can be raised to 1000 (100 for `connect_timeout_ms`, 10 for `state.redis.timeout_ms`).",
  ),
  "rule/not-enabled": warning(
    "Settings of a section that is off",
    "`cors`, `metrics`, `tracing` and `usage` are off unless they are enabled, so these settings do nothing.",
    "Add `enabled: true`. If the section is meant to be off, say so with `enabled: false`.",
  ),
  "rule/method-case": warning(
    "A method that is not in capitals",
    "HTTP methods are case-sensitive. Browsers never ask for `patch`, and the gateway refuses a request with the method `post`.",
    "Write the method in capitals.",
  ),
  "rule/stream-types": warning(
    "A list of stream types with a gap or a repetition",
    "The list replaces the default list. Without `text/event-stream` in it, streamed answers are cut off at `request_timeout_ms`. A type that is listed twice has no effect.",
    "Add `text/event-stream`, or remove the repetition.",
  ),
  "rule/default-unused": warning(
    "A default that no route takes",
    "Every route sets the key itself, so the value in `upstream_defaults` has no effect.",
    "Remove the key from `upstream_defaults`, or from the routes that should take it.",
  ),
  "rule/duplicate-injected-parameter": warning(
    "A query parameter is injected twice",
    "Each entry replaces all parameters of the same name, so only the last one has an effect.",
    "Keep one of the two.",
  ),
  "rule/upstream-tls-unused": warning(
    "TLS settings for an upstream without TLS",
    "The `base_url` of the route is http, so no certificate is checked or shown.",
    "Write `https` in `base_url`, or remove `tls`.",
  ),
  "rule/tls-server-name": error(
    "A server name that is not a host name",
    "The name is sent as SNI and compared with the certificate. Only a host name or an IP address can be used for that.",
    "Write a host name without scheme, port and path.",
  ),
  "rule/cors-credentials": error(
    "CORS credentials for every origin",
    "Browsers refuse `access-control-allow-credentials` together with `*`. If it worked, every page could act with the user's credentials.",
    "List the origins, or remove `allow_credentials`.",
  ),
  "rule/metrics-listen": error(
    "A metrics address that is already used",
    "Two listeners can't have the same address: the gateway could not start.",
    "Choose another port.",
  ),
} as const satisfies { readonly [code: string]: CodeEntry };
