// Writes the config of a socket test: one route to one upstream, as short as possible, and the lines that the test adds.

export const TOKEN = "client-token-6b1f";
export const UPSTREAM_KEY = "upstream-key-93ac";

/** The header line with a valid token. */
export const AUTH = `Authorization: Bearer ${TOKEN}`;

export interface ConfigParts {
  /** The upstream's base URL. */
  readonly base: string;
  /** Lines under the route's `upstream`, such as `["request_timeout_ms: 200"]`. */
  readonly upstream?: readonly string[];
  /** Lines at the top of the file. */
  readonly top?: readonly string[];
  /** Lines of more routes. */
  readonly more?: readonly string[];
  /** Token sources in flow style. Default: the bearer. */
  readonly sources?: string;
}

/** A config with the route `/up`, whose upstream key is injected as `authorization`. */
export function configText({ base, upstream = [], top = [], more = [], sources }: ConfigParts): string {
  return [
    "listen: 127.0.0.1:0",
    "gateway_auth:",
    `  tokens: [${TOKEN}]`,
    ...(sources === undefined ? [] : [`  token_sources: ${sources}`]),
    ...top,
    "routes:",
    "  - id: up",
    "    prefix: /up",
    "    upstream:",
    `      base_url: ${base}`,
    `      inject_headers: [{name: authorization, value: Bearer ${UPSTREAM_KEY}}]`,
    ...upstream.map((line) => `      ${line}`),
    ...more,
    "",
  ].join("\n");
}
