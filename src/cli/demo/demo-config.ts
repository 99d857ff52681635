// Holds the config of the demo's gateway, with the mock provider as the upstream of every route.

/** The environment variables that the config refers to. It contains only their names, not the secrets. */
export interface DemoSecrets {
  readonly DEMO_TOKEN: string;
  readonly DEMO_UPSTREAM_KEY: string;
}

/**
 * The text of the demo's config.
 * @param port the gateway's port on loopback; 0 takes a free one
 * @param mockUrl the URL of the mock provider, without a trailing slash
 */
export function demoConfig(port: number, mockUrl: string): string {
  return `listen: 127.0.0.1:${port}

gateway_auth:
  tokens: ["\${DEMO_TOKEN}"]
  # Clients send the token where they would send the provider's key.
  token_sources:
    - type: authorization_bearer # OpenAI's clients, curl, Claude Code
    - { type: header, name: x-api-key } # Anthropic's
    - { type: header, name: x-goog-api-key } # Google's
    - { type: header, name: api-key } # Azure's

upstream_defaults:
  request_timeout_ms: 600000 # as long as the SDKs wait

routes:
  - id: openai
    prefix: /openai
    upstream:
      base_url: ${mockUrl}
      inject_headers:
        - { name: authorization, value: "Bearer \${DEMO_UPSTREAM_KEY}" }

  - id: anthropic
    prefix: /anthropic
    upstream:
      base_url: ${mockUrl}
      inject_headers:
        - { name: x-api-key, value: "\${DEMO_UPSTREAM_KEY}" }

  - id: gemini
    prefix: /gemini
    upstream:
      base_url: ${mockUrl}
      inject_headers:
        - { name: x-goog-api-key, value: "\${DEMO_UPSTREAM_KEY}" }

errors:
  format: auto # in the format of each client's SDK, so that the client shows the message

shutdown:
  drain_timeout_ms: 3000
`;
}
