// What does the demo's gateway run? A config as one would write it, with the mock provider as its upstream.

/** The variables that `demoConfig` reads: a config names secrets, it does not hold them. */
export interface DemoSecrets {
  readonly DEMO_TOKEN: string;
  readonly DEMO_UPSTREAM_KEY: string;
}

/**
 * The text of the demo's config.
 * @param port where the gateway listens on loopback; 0 takes a free one
 * @param mockUrl the mock provider, without a trailing slash
 */
export function demoConfig(port: number, mockUrl: string): string {
  return `listen: 127.0.0.1:${port}

gateway_auth:
  tokens: ["\${DEMO_TOKEN}"]
  token_sources:
    - type: authorization_bearer # where OpenAI's SDKs and curl show it
    - { type: header, name: x-api-key } # where Anthropic's SDKs do

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

shutdown:
  drain_timeout_ms: 3000
`;
}
