// Which findings are there? The one table of codes: how grave each is, what it is called, why it matters, what to do.
// A code is never renamed once released.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import type { Severity } from "./types.ts";

export interface CodeEntry {
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
}

const error = (title: string, why: string, fix: string): CodeEntry => ({ severity: "error", title, why, fix });
const warning = (title: string, why: string, fix: string): CodeEntry => ({ severity: "warning", title, why, fix });

export const CODES = {
  "file/unreadable": error(
    "A file can't be read",
    "There is nothing to check.",
    "Look at the path and its permissions.",
  ),
  "file/too-large": error(
    "A file is too large",
    "A config is at most 4 MiB, so that reading one takes bounded time.",
    "Split off what is no config.",
  ),
  "file/encoding": error("A file is not UTF-8", "Positions and values would be guesses.", "Save the file as UTF-8."),

  "yaml/syntax": error(
    "The YAML can't be parsed",
    "Nothing after it can be trusted.",
    "Mend the place shown; what follows is checked on the next run.",
  ),
  "yaml/unquoted-interpolation": error(
    "`${…}` unquoted inside [ ] or { }",
    "There the brace ends a plain value.",
    "Put the value in double quotes.",
  ),
  "yaml/empty": error(
    "The file holds no config",
    "A gateway without routes has nothing to do.",
    "Start from config/dev.yaml.",
  ),
  "yaml/multiple-documents": error(
    "More than one document",
    "A config is one YAML document.",
    "Drop the `---` line and what follows.",
  ),
  "yaml/duplicate-key": error(
    "A key stands twice",
    "Only one of the two could count, and which one differs from reader to reader.",
    "Keep one.",
  ),
  "yaml/key": error("A key is no text", "Keys are plain words here.", "Write the key out."),
  "yaml/alias": error(
    "An alias means nothing",
    "It names no anchor before it, or one that it is a part of.",
    "Define the anchor first, or quote the value.",
  ),
  "yaml/alias-limit": error(
    "Aliases grow the file too far",
    "A small file could stand for a huge one.",
    "Write the values out.",
  ),
  "yaml/merge": error(
    "`<<` has no mapping",
    "Only mappings can be merged.",
    "Merge an anchored mapping, or a list of them.",
  ),
  "yaml/tag": error(
    "A tag has no meaning here",
    "The value would not be what it seems.",
    "Drop the tag, or quote the value.",
  ),
  "yaml/directive": error(
    "A directive has no meaning here",
    "Configs are YAML 1.2, without directives.",
    "Drop the line.",
  ),
  "yaml/number": error(
    "A number in a doubtful form",
    "Readers differ on `010`, and digits past 2^53 are lost.",
    "Write it in plain decimal, or quote it where a text is meant.",
  ),
  "yaml/control-character": error(
    "A control character",
    "YAML has none, and a terminal might act on it.",
    "Remove it; in double quotes it can be written as an escape.",
  ),
  "yaml/too-deep": error(
    "The file nests too deep",
    "No config needs more than 64 levels.",
    "Look for a bracket that is opened over and over.",
  ),
  "yaml/too-many-nodes": error("The file holds too much", "Reading a file takes bounded time.", "Split the config."),

  "env/missing": error(
    "An environment variable is not set",
    "The value would be empty, and nobody would know.",
    "Set it, or write a fallback: `${NAME:-…}`. For linting without secrets there is --allow-missing-env.",
  ),
  "env/malformed": error(
    "A malformed `${…}`",
    "It would be taken literally, or cut short.",
    "Write `${NAME}`, `${NAME:-fallback}` or `${file:PATH}`; `$${` is a literal `${`.",
  ),
  "env/file": error(
    "A file named by `${file:…}` can't be read",
    "The value would be empty.",
    "Look at the path and its permissions. Relative paths are taken from the working directory.",
  ),
  "env/in-key": error("`${…}` in a key", "Keys are fixed names.", "Write the key out."),

  "schema/unknown-key": error(
    "An unknown key",
    "It would silently do nothing.",
    "Look at the suggestion, or at the list of keys in the config reference.",
  ),
  "schema/missing-key": error("A key is missing", "The config means nothing without it.", "Add it."),
  "schema/half-pair": error(
    "One half of a pair is missing",
    "Neither half means anything alone.",
    "Add the other half, or drop this one.",
  ),
  "schema/type": error(
    "A value of the wrong type",
    "It can't be used as it stands.",
    "Write a value of the type named.",
  ),
  "schema/enum": error(
    "A value that is not in the list",
    "Only the values listed mean something.",
    "Choose one of them.",
  ),
  "schema/range": error(
    "A number out of range",
    "It would mean nothing, or overflow a timer.",
    "Choose one in the range.",
  ),
  "schema/too-few": error("An empty list or mapping", "At least one entry is needed.", "Add one."),
  "schema/pattern": error("A text of the wrong form", "It can't be used as it stands.", "Write it in the form named."),

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
  "rule/self-signed-unused": warning(
    "A self-signed pair that is never used",
    "cert_path and key_path come first.",
    "Drop it.",
  ),
} as const satisfies { readonly [code: string]: CodeEntry };

export type DiagnosticCode = keyof typeof CODES;
