// Holds the config of the demo's gateway, with the mock provider as the upstream of every route.

/** The environment variables that the config refers to. It contains only their names, not the secrets. */
export interface DemoSecrets {
  readonly DEMO_TOKEN: string;
  readonly DEMO_UPSTREAM_KEY: string;
  /** The tokens of two clients that have budgets. */
  readonly DEMO_TEAM_A_TOKEN: string;
  readonly DEMO_TEAM_B_TOKEN: string;
  /** The token of the dashboard. */
  readonly DEMO_METRICS_TOKEN: string;
}

/**
 * The text of the demo's config.
 * @param port the gateway's port on loopback; 0 takes a free one
 * @param mockUrl the URL of the mock provider, without a trailing slash
 * @param ledgerDir the folder for the ledger
 */
export function demoConfig(port: number, mockUrl: string, ledgerDir: string): string {
  return `listen: 127.0.0.1:${port}

gateway_auth:
  tokens: ["\${DEMO_TOKEN}"]${CLIENTS}
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
      websocket: true # the Responses and Realtime APIs
      usage:
        ask: true # streams of chat completions report their usage only on request

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
${usageSections(ledgerDir)}`;
}

/** Budgets that a few minutes of play use up. */
const CLIENTS = `
  clients:
    - id: team-a
      tokens: ["\${DEMO_TEAM_A_TOKEN}"]
      budgets: [{ per: day, usd: 0.05 }]
    - id: team-b
      tokens: ["\${DEMO_TEAM_B_TOKEN}"]
      budgets: [{ per: day, tokens: 20000 }]`;

/** @param ledgerDir a JSON string is a YAML string, too, whatever characters are in it */
function usageSections(ledgerDir: string): string {
  return `
usage:
  enabled: true
  ledger: { dir: ${JSON.stringify(ledgerDir)} }
  prices: # invented: no provider has the mock's models
    - model: "*"
      input_usd_per_mtok: 1
      output_usd_per_mtok: 4
      cached_input_usd_per_mtok: 0.1
      cache_write_usd_per_mtok: 1.25

observability:
  metrics:
    enabled: true # the dashboard, at /metrics/ui
    token: "\${DEMO_METRICS_TOKEN}"
`;
}
