// Which findings come of the rules, on a config that is well-formed?

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { type CodeEntry, error, warning } from "./code-entry.ts";

export const RULE_CODES = {
  "rule/not-built": error(
    "Not built yet",
    "The key is part of the contract, but this version would ignore it.",
    "Drop it for now.",
  ),
  "rule/listen-address": error(
    "An address that can't be listened on",
    "The gateway could not start.",
    "Write host:port with a port up to 65535.",
  ),
  "rule/base-url": error(
    "A base URL that a path can't be appended to",
    "Requests would go to the wrong place, or nowhere.",
    "Write an absolute http or https URL without query, fragment and credentials.",
  ),
  "rule/proxy-address": error(
    "A proxy address that can't be reached",
    "No request of the route would get through.",
    "Write host:port with a port from 1 to 65535.",
  ),
  "rule/proxy-credentials": error(
    "Proxy credentials that can't be sent",
    "The proxy would see others, or none.",
    "For `http` and `https` the user name has no colon; for `socks` each is at most 255 bytes long.",
  ),
  "rule/tls-file": error(
    "A certificate or key that TLS can't be served with",
    "The gateway could not start.",
    "Name a PEM certificate chain and the PEM key it was made for, readable by the gateway.",
  ),
  "rule/duplicate-route-id": error(
    "Two routes with one id",
    "Logs, metrics and limits would take them for one.",
    "Give each its own.",
  ),
  "rule/duplicate-prefix": error(
    "Two routes with one prefix",
    "Only one of them could ever be chosen.",
    "Give each its own.",
  ),
  "rule/reserved-route-id": error(
    "A route id that is taken",
    "Requests without a route are counted under it.",
    "Choose another.",
  ),
  "rule/reserved-prefix": error(
    "A prefix where the gateway answers by itself",
    "Its own endpoints come first.",
    "Choose another prefix.",
  ),
  "rule/duplicate-token": error(
    "A token stands twice",
    "Removing one of the two would not lock its owner out.",
    "Keep one.",
  ),
  "rule/token-hash": error(
    "A malformed `sha256:` token",
    "Nobody could show the token it stands for.",
    'Write 64 hex digits: `printf %s "$TOKEN" | sha256sum`.',
  ),
  "rule/token-characters": error(
    "A token that no client can show",
    "A header can't carry it, so it would lock its owner out.",
    "Use letters, digits and ASCII punctuation.",
  ),
  "rule/token-source": error(
    "A token source that can't work",
    "Tokens would never be found there.",
    "Name a header with `type: header`, and none with `authorization_bearer`.",
  ),
  "rule/hop-by-hop-injected": error(
    "An injected header that can't be set",
    "It belongs to the connection or to the framing, which are the gateway's.",
    "Drop it.",
  ),
  "rule/upstream-key-missing": error(
    "An upstream limit without an upstream key",
    "The limit counts per key.",
    "Inject an `authorization` or `x-api-key` header with a value, or drop the limit.",
  ),
  "rule/metrics-token-missing": error("Metrics without a token", "Anyone could read them.", "Add `token`."),
  "rule/metrics-path": error(
    "A metrics path that is taken",
    "The endpoint there answers first.",
    "Choose another path.",
  ),
  "rule/otlp-endpoint": error(
    "A collector's URL that can't be used",
    "Tracing could not start.",
    "Write scheme, host and port.",
  ),
  "rule/no-log-sink": error(
    "A log that goes nowhere",
    "Nothing would ever be seen.",
    "Turn on to_stdout, or add a file.",
  ),
  "rule/cors-origin": error(
    "An origin that no browser sends",
    "It would never match.",
    "Write scheme, host and port only.",
  ),

  "rule/plaintext-secret": warning(
    "A secret in clear text",
    "Configs get copied, committed and mailed.",
    "Put it into the environment or a file: `${NAME}`, `${file:PATH}`. A gateway token can be given by its hash: `sha256:…`.",
  ),
  "rule/open-listen": warning(
    "Open to other machines without TLS",
    "Tokens travel in clear text.",
    "Listen on 127.0.0.1, or put TLS in front.",
  ),
  "rule/cleartext-upstream": warning(
    "An upstream key over plain http",
    "Everyone on the way can read it.",
    "Use https.",
  ),
  "rule/self-upstream": warning(
    "A route back to the gateway itself",
    "Each request would come back until a limit stops it.",
    "Write the upstream's address.",
  ),
  "rule/unreachable-route": warning(
    "A route that no request can reach",
    "Request paths never look like this prefix.",
    "Write the path as clients send it.",
  ),
  "rule/wildcard-prefix": warning(
    "A wildcard in a prefix",
    "It is taken literally; a prefix takes all below it anyway.",
    "Drop it.",
  ),
  "rule/doubled-path": warning(
    "A version twice in the upstream path",
    "The upstream most likely answers 404.",
    "Drop one of the two.",
  ),
  "rule/header-rule-conflict": warning(
    "A header removed and injected",
    "It is injected after it was removed, so removing it does nothing.",
    "Drop it from remove_headers.",
  ),
  "rule/redundant-remove": warning("A header removed that never goes upstream", "The entry does nothing.", "Drop it."),
  "rule/duplicate-injected-header": warning(
    "A header injected twice",
    "Each replaces all of its name: only the last counts.",
    "Keep one.",
  ),
  "rule/user-agent-conflict": warning(
    "user-agent set twice",
    "user_agent counts; the injected one does nothing.",
    "Keep one.",
  ),
  "rule/empty-key-header": warning(
    "A key header without a key",
    "The upstream will refuse every request.",
    "Look at the variable it comes from.",
  ),
  "rule/header-typo": warning(
    "A header name that looks misspelt",
    "Any name is allowed, so a slip goes unseen.",
    "Look at the suggestion.",
  ),
  "rule/duplicate-token-source": warning(
    "A token source twice",
    "The second look finds nothing that the first did not.",
    "Keep one.",
  ),
  "rule/token-source-contradicted": warning(
    "A token source that every route wants to pass on",
    "A token header never goes upstream.",
    "Take the token from another header.",
  ),
  "rule/limit-never-binds": warning(
    "A limit that never binds",
    "An earlier limit is reached first.",
    "Lower it, or drop it.",
  ),
  "rule/queue-unused": warning(
    "A queue that nobody waits in",
    "There is no limit to wait for, or no place to wait.",
    "Set both, or drop it.",
  ),
  "rule/timeout-order": warning(
    "A timeout that never fires",
    "A shorter one covers the same time.",
    "Make request_timeout_ms the longer one.",
  ),
  "rule/retry-unused": warning(
    "A retry policy that does not do what it says",
    "It never retries, or its waits can't grow.",
    "Look at the numbers, or drop it.",
  ),
  "rule/metrics-token-reused": warning(
    "The metrics token is a gateway token",
    "Every client could read the metrics.",
    "Use a token of its own.",
  ),
  "rule/cors-no-origin": warning("CORS without an origin", "No page could use the gateway.", "List the origins."),
  "rule/cors-wildcard": warning(
    "`*` among other origins",
    "It allows all, so the others mean nothing.",
    "Drop `*`, or the others.",
  ),
  "rule/tracing-unused": warning(
    "Tracing that shows nothing",
    "Spans go nowhere, or none is made.",
    "Add a collector and a ratio above 0, or disable it.",
  ),
  "rule/tls-expired": warning(
    "A certificate that is not valid now",
    "Clients refuse to connect.",
    "Put a renewed pair in its place.",
  ),
  "rule/self-signed-unused": warning(
    "A self-signed pair that is never used",
    "cert_path and key_path come first.",
    "Drop it.",
  ),
  "test/failed": error(
    "A test of the config that fails",
    "The config does not do what it says it must.",
    "Mend the config or the test; `ai-gw-lite explain` shows what happens to the request.",
  ),
} as const satisfies { readonly [code: string]: CodeEntry };
