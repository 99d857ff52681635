// Lists the diagnostic codes of the rules, which check a config that fits the schema, and of the config's own tests.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { type CodeEntry, error, warning } from "./code-entry.ts";

export const RULE_CODES = {
  "rule/listen-address": error(
    "An address that the gateway can't listen on",
    "The gateway could not start.",
    "Write host:port with a port from 0 to 65535.",
  ),
  "rule/base-url": error(
    "A base URL that a path can't be appended to",
    "Requests would go to a wrong URL, or could not be sent.",
    "Write an absolute http or https URL without query, fragment and credentials.",
  ),
  "rule/proxy-address": error(
    "A proxy address that can't be used",
    "No request of the route could be sent.",
    "Write host:port with a port from 1 to 65535, or an http, https or socks URL. An http URL without a port is a warning, because few proxies listen on the default port 1080.",
  ),
  "rule/proxy-credentials": error(
    "Proxy credentials that can't be sent",
    "The proxy would receive other credentials, or none.",
    "For `http` and `https`, use a user name without a colon. For `socks`, use at most 255 bytes for the user name and for the password.",
  ),
  "rule/tls-file": error(
    "A certificate or key that can't be used for TLS",
    "The gateway could not start.",
    "Name a PEM certificate chain and the PEM key that belongs to it. The gateway must be able to read both files.",
  ),
  "rule/duplicate-route-id": error(
    "Two routes with the same id",
    "Logs, metrics and limits could not distinguish the routes.",
    "Give each route its own id.",
  ),
  "rule/duplicate-prefix": error(
    "Two routes with the same prefix",
    "Only one of the routes could receive requests.",
    "Give each route its own prefix.",
  ),
  "rule/reserved-route-id": error(
    "A reserved route id",
    "Requests that match no route are counted under this id.",
    "Choose another id.",
  ),
  "rule/reserved-prefix": error(
    "A prefix of a built-in endpoint",
    "The gateway answers these requests itself, so the route would not receive them.",
    "Choose another prefix.",
  ),
  "rule/duplicate-token": error(
    "A token is listed twice",
    "If you removed one of the two entries, the token would still be accepted. If two clients have the same token, the gateway can't distinguish them.",
    "Keep one of the two. Give each client a token of its own.",
  ),
  "rule/token-hash": error(
    "A malformed `sha256:` token",
    "No token could match it.",
    'Write 64 hex digits: `printf %s "$TOKEN" | sha256sum`.',
  ),
  "rule/token-characters": error(
    "A token that can't be sent in a header",
    "Clients send the token in a header, where control characters and white space at the ends are not allowed. Characters outside of ASCII are a warning: many clients can't send them.",
    "Use letters, digits and ASCII punctuation, and leave out `Bearer `. Spaces inside a token are allowed.",
  ),
  "rule/token-source": error(
    "A token source that can't work",
    "The gateway would never find a token there.",
    "With `type: header`, set `name` to a header that clients can send, with `type: query` to a parameter that no API uses. With `type: websocket_protocol`, set `prefix`. With `authorization_bearer`, remove both.",
  ),
  "rule/hop-by-hop-injected": error(
    "An injected header that can't be set",
    "The gateway sets this header itself: it belongs to the connection, or it says where a body ends.",
    "Remove the header.",
  ),
  "rule/metrics-token-missing": error(
    "Metrics without a token",
    "Without a token anyone could read the metrics.",
    "Add `token`.",
  ),
  "rule/metrics-path": error(
    "A metrics path that is already used",
    "Another built-in endpoint answers at this path.",
    "Choose another path.",
  ),
  "rule/otlp-endpoint": error(
    "A collector URL that can't be used",
    "Tracing could not start.",
    "Write scheme, host and port.",
  ),
  "rule/no-log-sink": error(
    "A log without an output",
    "No log line would be written.",
    "Set `to_stdout: true`, or add `file`.",
  ),
  "rule/cors-origin": error(
    "An origin that no browser sends",
    "The entry would never match a request.",
    "Write only scheme, host and port.",
  ),

  "rule/websocket-source-unused": warning(
    "A token source that only WebSockets have",
    "A source of type `websocket_protocol` reads the token from the handshake of a WebSocket. No route takes WebSockets, so all of them are refused.",
    "Add `websocket: true` to the `upstream` of the route, or remove the source.",
  ),
  "rule/plaintext-secret": warning(
    "A secret in clear text",
    "Config files are copied, committed and sent by mail, together with their secrets.",
    "Put the secret into the environment or a file: `${NAME}`, `${file:PATH}`. A gateway token can also be given as its hash: `sha256:…`.",
  ),
  "rule/open-listen": warning(
    "Open to other machines without TLS",
    "Tokens are sent over the network in clear text.",
    "Listen on 127.0.0.1, set `inbound_tls`, or put a TLS proxy in front of the gateway. `metrics.listen` has no TLS: use a loopback or a private address there.",
  ),
  "rule/cleartext-upstream": warning(
    "An upstream key over plain http",
    "Anyone on the network path can read the key.",
    "Use https.",
  ),
  "rule/self-upstream": warning(
    "A route back to the gateway itself",
    "Each request would return to the gateway, until a limit stops it.",
    "Write the address of the upstream.",
  ),
  "rule/unreachable-route": warning(
    "A route that no request can reach",
    "No valid request path starts with this prefix.",
    "Write the path as clients send it.",
  ),
  "rule/wildcard-prefix": warning(
    "A wildcard in a prefix",
    "The gateway takes it as a normal character. A prefix matches every path below it anyway.",
    "Remove the wildcard.",
  ),
  "rule/doubled-path": warning(
    "A version twice in the upstream path",
    "Requests would go to a path such as `/v1/v1/…`, and the upstream would most likely answer 404. The check looks at `base_url` and the prefix, at the requests in `tests`, and at what the provider's own SDK puts in front of its paths.",
    "Remove one of the two, or give clients a base URL without the version.",
  ),
  "rule/header-rule-conflict": warning(
    "A header that is removed and injected",
    "The gateway injects headers after it has removed others, so the entry in `remove_headers` has no effect.",
    "Delete the entry from `remove_headers`.",
  ),
  "rule/redundant-remove": warning(
    "A removed header that is never sent upstream",
    "The gateway does not forward this header anyway, or it is listed twice. The entry has no effect.",
    "Delete the entry.",
  ),
  "rule/duplicate-injected-header": warning(
    "A header is injected twice",
    "Each entry replaces all headers of the same name, so only the last one has an effect.",
    "Keep one of the two.",
  ),
  "rule/user-agent-conflict": warning(
    "`user-agent` is set twice",
    "`user_agent` is used; the injected header has no effect.",
    "Keep one of the two.",
  ),
  "rule/empty-key-header": warning(
    "A header or parameter of a key without a key",
    "The upstream will refuse every request.",
    "Check the variable that the value comes from.",
  ),
  "rule/header-typo": warning(
    "A header name that may be misspelled",
    "Any name is allowed, so a typing error would not be noticed.",
    "Use the suggested name, if that is what you mean.",
  ),
  "rule/duplicate-token-source": warning(
    "A token source is listed twice",
    "The second entry has no effect: it reads the same header again.",
    "Keep one of the two.",
  ),
  "rule/token-source-contradicted": warning(
    "A token header that every route wants to forward",
    "`forward_xff` asks to forward this header, but a header that contains tokens is never sent upstream.",
    "Use another header for the token.",
  ),
  "rule/limit-never-binds": warning(
    "A limit that is never reached",
    "Another limit is reached first: the limit of the whole gateway or, for a client, the limit of its routes or another of its budgets.",
    "Lower the limit, or remove it.",
  ),
  "rule/upstream-key-missing": warning(
    "A limit per upstream key on a route without a key",
    "The limit counts requests per upstream key. The route, or the upstream of its pool, injects none, so all its requests count together.",
    "Inject a key. If the limit is meant for the route as a whole, as for a local Ollama, set `concurrency.upstream_per_key_max_inflight` instead: it counts a route without a key as one.",
  ),
  "rule/queue-unused": warning(
    "A queue that is never used",
    "Requests wait only if there is an upstream limit and `max_waiting` is above 0.",
    "Set both, or remove the queue.",
  ),
  "rule/timeout-order": warning(
    "A timeout that never fires",
    "Another timeout covers the same time and is not longer.",
    "Make the other timeout the longer one.",
  ),
  "rule/metrics-token-reused": warning(
    "The metrics token is a gateway token",
    "Every client could read the metrics.",
    "Use a separate token for the metrics.",
  ),
  "rule/cors-no-origin": warning(
    "CORS without an origin",
    "No web page could use the gateway.",
    "List the origins in `allow_origins`.",
  ),
  "rule/cors-wildcard": warning(
    "`*` together with other origins",
    "`*` allows every origin, so the other entries have no effect.",
    "Remove `*`, or the other entries.",
  ),
  "rule/tracing-unused": warning(
    "Tracing without any spans",
    "No collector is set, or no request is sampled.",
    "Add a collector and a ratio above 0, or disable tracing.",
  ),
  "rule/tls-expired": warning(
    "A certificate that is not valid now",
    "Clients will refuse to connect.",
    "Replace the certificate and its key with a valid pair.",
  ),
  "rule/self-signed-unused": warning(
    "A self-signed pair that is never used",
    "The gateway uses `cert_path` and `key_path` instead.",
    "Remove the key.",
  ),
  "test/failed": error(
    "A test of the config fails",
    "The config does not do what the test expects.",
    "Fix the config or the test. `ai-gw-lite explain` shows what happens to the request.",
  ),
} as const satisfies { readonly [code: string]: CodeEntry };
