// Checks that configs which work have no findings: each warning has legitimate neighbours, and they must stay silent.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { describe, expect, test } from "vitest";
import { CLEAN, compileText, edited, type World } from "./compiling.ts";

const BASE_URL = "https://api.openai.com";
const KEY_HEADER = "name: authorization\n          value: Bearer ${KEY}";
const ALL_SOURCES = `  token_sources:
    - type: authorization_bearer
    - { type: header, name: x-api-key }
    - { type: header, name: x-goog-api-key }
    - { type: header, name: api-key }
`;

const TOKEN = "tok-0123456789abcdef";
const env = (more: Readonly<Record<string, string>>): World => ({ env: { TOKEN, KEY: "sk-abcdefghij", ...more } });

const withSources = (sources: string): string => edited("routes:\n", `${sources}routes:\n`);
const to = (url: string, text: string = withSources(ALL_SOURCES)): string => edited(BASE_URL, url, text);
const key = (header: string, text: string): string => edited(KEY_HEADER, header, text);
const upstream = (keys: string, text: string = CLEAN): string =>
  edited("      inject_headers", `${keys}\n      inject_headers`, text);
const noKey = (text: string): string => text.slice(0, text.indexOf("      inject_headers"));

/** The clean config with usage on and a client with a budget. */
const METERED = `${edited("  tokens:\n    - ${TOKEN}\n", '  clients:\n    - { id: alice, tokens: ["${TOKEN}"], budgets: [{ per: month, usd: 50 }] }\n')}usage:
  enabled: true
`;
const LOCAL = `  - id: local
    prefix: /local
    upstream: { base_url: "http://127.0.0.1:11434", usage: { form: none } }
`;
const budgets = (list: string): string => edited("[{ per: month, usd: 50 }]", list, METERED);
const models = (list: string, text: string = METERED): string =>
  edited("id: alice", `id: alice, models: ${list}`, text);

const CASES: readonly (readonly [what: string, text: string, world?: World])[] = [
  ["a bearer key for OpenAI", CLEAN],
  ["a client with a budget", METERED],
  ["a day's budget that a month's one stops in the end", budgets("[{ per: day, usd: 10 }, { per: month, usd: 60 }]")],
  ["a month's budget that six weeks can reach", budgets("[{ per: week, usd: 10 }, { per: month, usd: 59 }]")],
  ["a week's budget that two months allow", budgets("[{ per: week, usd: 19 }, { per: month, usd: 10 }]")],
  ["budgets in both units for one period", budgets("[{ per: day, usd: 1000 }, { per: day, tokens: 5 }]")],
  ["a price of each model", models("[gpt-5-mini]")],
  [
    "a price of the config",
    models("[our-own]", `${METERED}  prices: [{ model: our-*, input_usd_per_mtok: 0, output_usd_per_mtok: 0 }]\n`),
  ],
  [
    "an unknown price that may be",
    models("[our-own]", `${METERED}  unpriced: allow\n`).replace("api.openai.com", "a.example"),
  ],
  [
    "a deployment of Azure whose responses name the model",
    models(
      "[my-deployment]",
      edited(
        "routes:\n",
        `${ALL_SOURCES}routes:\n`,
        key(
          "name: api-key\n          value: ${KEY}",
          to("https://my.openai.azure.com", budgets("[{ per: day, tokens: 50 }]")),
        ),
      ),
    ),
  ],
  [
    "a model of an unknown host",
    models("[our-own]", to("https://llm.example", METERED)).replace("usd: 50", "tokens: 50"),
  ],
  ["a route to this machine that is not metered", edited("usage:\n", `${LOCAL}usage:\n`, METERED)],
  [
    "a route that is not metered, for other clients",
    edited("id: alice", "id: alice, routes: [openai]", edited("usage:\n", `${LOCAL}usage:\n`, METERED)).replace(
      "http://127.0.0.1:11434",
      "https://llm.example",
    ),
  ],
  [
    "usage of a route while usage is meant to be off",
    `${upstream("      usage: { ask: true }")}usage: { enabled: false }\n`,
  ],
  [
    "limits of a drain for the routes that drain",
    upstream(
      "      on_client_abort: drain",
      `${CLEAN}usage: { enabled: true }\nupstream_defaults:\n  drain_limit: { max_bytes: 1000 }\n`,
    ),
  ],
  [
    "prices of which the wider one comes last",
    `${METERED}  prices:
    - { model: gpt-5-mini, input_usd_per_mtok: 0.25, output_usd_per_mtok: 2 }
    - { model: "gpt-5*", input_usd_per_mtok: 0.001, output_usd_per_mtok: 1000 }
`,
  ],
  ["a base URL with its version, for clients without it", to(`${BASE_URL}/v1`)],
  [
    "a prefix and a base URL with a version each, where the prefix is stripped",
    edited("/openai\n", "/openai/v1\n", to(`${BASE_URL}/v1`)),
  ],
  ["a prefix that is the API's own path", upstream("      strip_prefix: false", edited("/openai\n", "/v1\n"))],
  ["a regional host", to("https://eu.api.openai.com")],
  ["Groq with and without its path", to("https://api.groq.com/openai/v1")],
  ["OpenRouter", to("https://openrouter.ai/api/v1")],
  ["DeepSeek without a version", to("https://api.deepseek.com")],
  ["Perplexity, whose API has no version", edited("/openai\n", "/perplexity/v1\n", to("https://api.perplexity.ai"))],
  ["a key for Anthropic", key("name: x-api-key\n          value: ${KEY}", to("https://api.anthropic.com"))],
  ["an OAuth token for Anthropic", to("https://api.anthropic.com"), env({ KEY: "sk-ant-oat01-abcdefghij" })],
  [
    "an OpenAI client of Anthropic, with the version in base_url",
    to("https://api.anthropic.com/v1"),
    env({ KEY: "sk-ant-oat01-abcdefghij" }),
  ],
  [
    "a key for Gemini",
    key("name: x-goog-api-key\n          value: ${KEY}", to("https://generativelanguage.googleapis.com")),
  ],
  ["Gemini in OpenAI's form", to("https://generativelanguage.googleapis.com/v1beta/openai")],
  [
    "Gemini with the key as a parameter, for clients that send it so",
    edited(
      "inject_headers:\n        - name: authorization\n          value: Bearer ${KEY}",
      'inject_query:\n        - { name: key, value: "${KEY}" }',
      to(
        "https://generativelanguage.googleapis.com",
        withSources(
          "  token_sources:\n    - { type: query, name: key }\n    - { type: header, name: x-goog-api-key }\n",
        ),
      ),
    ),
  ],
  [
    "Azure with a deployment and a version",
    upstream(
      "      inject_query:\n        - { name: api-version, value: 2025-01-01-preview }",
      key("name: api-key\n          value: ${KEY}", to("https://my.openai.azure.com/openai/deployments/gpt-5")),
    ),
  ],
  ["an Entra ID token for Azure", to("https://my.openai.azure.com"), env({ KEY: "eyJhbGciOiJSUzI1NiJ9.e30.c2ln" })],
  ["Azure in OpenAI's form", to("https://my.openai.azure.com/openai/v1")],
  [
    "Ollama without a key, with a limit for all routes",
    `${noKey(to("http://127.0.0.1:11434"))}concurrency:\n  upstream_per_key_max_inflight: 4\n`,
  ],
  ["Ollama in OpenAI's form", noKey(to("http://127.0.0.1:11434/v1"))],
  [
    "metrics on a private address",
    `${CLEAN}observability: { metrics: { enabled: true, token: "\${METRICS}", listen: "10.0.0.5:9090" } }\n`,
    env({ METRICS: "met-0123456789abcdef" }),
  ],
  [
    "TLS settings in the defaults, for other routes than this one",
    `${noKey(to("http://127.0.0.1:11434"))}upstream_defaults:\n  tls: { server_name: vllm.internal }\n`,
  ],
  [
    "an IP address as the name in a certificate",
    edited(
      "https://llm.example",
      "https://llm.example\n      tls: { server_name: 10.0.0.5 }",
      to("https://llm.example"),
    ),
  ],
  ["a path with percent-encoding", to("https://llm.example/%E4%BD%A0%E5%A5%BD/v1")],
  ["TLS for an Ollama of another machine", noKey(to("https://ollama.internal:11434"))],
  ["a host that resembles a short one", to("https://api.y.ai")],
  ["a mirror with a name of its own", to("https://openai-proxy.example/v1")],
  [
    "a deployment of Azure, for clients that put a version in front",
    edited(
      "/openai\n",
      "/azure/v1\n",
      key("name: api-key\n          value: ${KEY}", to("https://my.openai.azure.com/openai/deployments/gpt-5")),
    ),
  ],
  ["a server of one's own without a key", noKey(to("https://vllm.internal:8443"))],
  ["a server of one's own below a path with a common name", noKey(to("https://llm.example/api/chat"))],
  ["a server that takes both kinds of key", key("name: x-api-key\n          value: ${KEY}", to("https://llm.example"))],
  [
    "an API in Anthropic's form at another provider",
    key("name: x-api-key\n          value: ${KEY}", to("https://api.deepseek.com/anthropic")),
  ],
  [
    "Basic credentials",
    key("name: authorization\n          value: Basic ${KEY}", to("https://llm.example")),
    env({ KEY: "bWU6c2VjcmV0" }),
  ],
  [
    "clients' own keys, passed through beside a gateway token",
    noKey(withSources("  token_sources:\n    - { type: header, name: x-gw-token }\n")),
  ],
  [
    "a limit per key from the defaults",
    `${noKey(to("http://127.0.0.1:11434"))}upstream_defaults:\n  upstream_key_max_inflight: 4\n`,
  ],
  [
    "a limit for a key in another header",
    upstream(
      "      upstream_key_max_inflight: 4",
      key("name: x-goog-api-key\n          value: ${KEY}", to("https://generativelanguage.googleapis.com")),
    ),
  ],
  [
    "fallbacks in place of keys, for two providers",
    `${edited("${KEY}", "${NONE:-not-set}")}  - id: groq
    prefix: /groq
    upstream:
      base_url: https://api.groq.com/openai
      inject_headers:
        - name: authorization
          value: Bearer \${NONE:-not-set}
`,
  ],
  ["a token with spaces in it", CLEAN, env({ TOKEN: "My own API key" })],
  ["a token with slashes, as of base64", CLEAN, env({ TOKEN: "/run+0123/456789abcdef==" })],
  ["a token with a dollar sign", CLEAN, env({ TOKEN: "$ab9-0123456789abcdef" })],
  ["a short token on loopback", CLEAN, env({ TOKEN: "dev-token" })],
  ["a hash of a token", edited("${TOKEN}", `sha256:${"ab".repeat(32)}`)],
  [
    "a comma in a header that holds no key",
    edited(KEY_HEADER, `${KEY_HEADER}\n        - { name: anthropic-beta, value: "\${BETA}" }`),
    env({ BETA: "a,b" }),
  ],
  [
    "a comma and quotes in a digest",
    key("name: authorization\n          value: ${KEY}", to("https://llm.example")),
    env({ KEY: 'Digest username="me", realm="x"' }),
  ],
  [
    "a proxy password with odd characters",
    upstream('      proxy: { protocol: http, address: "p:1", username: me, password: "${PASS}" }'),
    env({ PASS: "a,b c#d'" }),
  ],
  [
    "a cookie with a comma",
    key("name: cookie\n          value: ${KEY}", to("https://llm.example")),
    env({ KEY: "a=b,c" }),
  ],
  ["a header with a dollar amount", edited(KEY_HEADER, `${KEY_HEADER}\n        - { name: x-budget, value: "$5" }`)],
  ["a literal `${`", edited(KEY_HEADER, `${KEY_HEADER}\n        - { name: x-note, value: "$\${NAME}" }`)],
  [
    "long timeouts, and the shortest that are silent",
    upstream("      request_timeout_ms: 1000\n      connect_timeout_ms: 100\n      stream_idle_timeout_ms: 0"),
  ],
  [
    "sections that are off on purpose",
    `${CLEAN}cors: { enabled: false, allow_origins: [https://a.example] }\nobservability: { tracing: { enabled: false, sample_ratio: 0.5 } }\n`,
  ],
  ["an empty section", `${CLEAN}cors: {}\n`],
  [
    "CORS with credentials for one origin",
    `${CLEAN}cors: { enabled: true, allow_origins: [https://a.example], allow_credentials: true, allow_methods: [PATCH] }\n`,
  ],
  [
    "metrics on a separate address, with a route at their path",
    edited(
      "/openai\n",
      "/metrics\n",
      `${CLEAN}observability: { metrics: { enabled: true, token: "\${METRICS}", listen: 127.0.0.1:9090 } }\n`,
    ),
    env({ METRICS: "met-0123456789abcdef" }),
  ],
  [
    "both addresses on port 0",
    edited(
      "127.0.0.1:8080",
      "127.0.0.1:0",
      `${CLEAN}observability: { metrics: { enabled: true, token: "\${METRICS}", listen: 127.0.0.1:0 } }\n`,
    ),
    env({ METRICS: "met-0123456789abcdef" }),
  ],
  ["more stream types", upstream("      stream_types: [text/event-stream, audio/*, application/json]")],
  [
    "a test that says where its request goes",
    `${to(`${BASE_URL}/v1`)}tests:
  - name: odd
    request: { method: POST, path: /openai/v1/x, headers: { authorization: "Bearer \${TOKEN}" } }
    expect: { upstream_url: https://api.openai.com/v1/v1/x }
`,
  ],
];

/** The clean config with a pool in its route. */
const pool = (keys: string, text: string = withSources(ALL_SOURCES)): string =>
  `${text.slice(0, text.indexOf("    upstream:"))}${keys}`;
const KEYS = env({
  KEY_2: "sk-klmnopqrst",
  GROQ: "gsk_abcdefghij",
  AZURE: "azure0123456789",
  ANT: "sk-ant-abcdefghij",
});
const bearer = (name: string) => `inject_headers: [{ name: authorization, value: "Bearer \${${name}}" }]`;

const POOLS: typeof CASES = [
  [
    "two keys of one provider",
    pool(`    upstream: { base_url: "${BASE_URL}" }
    upstreams:
      - { id: one, ${bearer("KEY")} }
      - { id: two, ${bearer("KEY_2")} }
    balance: least_inflight
    sticky: { by: client }
`),
    KEYS,
  ],
  [
    "a primary, and a fallback at another provider under another name",
    pool(`    upstreams:
      - { id: openai, base_url: "${BASE_URL}/v1", ${bearer("KEY")} }
      - { id: groq, base_url: "https://api.groq.com/openai/v1", ${bearer("GROQ")}, rename_models: { "*": llama-4 } }
    cooldown: { after_failures: 1, ms: 10000 }
`),
    KEYS,
  ],
  [
    "three Ollamas",
    pool(`    upstreams:
      - { id: a, base_url: "http://127.0.0.1:11434", weight: 2 }
      - { id: b, base_url: "http://10.0.0.5:11434" }
      - { id: c, base_url: "http://10.0.0.6:11434" }
    balance: round_robin
`),
  ],
  [
    "OpenAI and Azure",
    pool(`    upstreams:
      - { id: openai, base_url: "${BASE_URL}/v1", ${bearer("KEY")} }
      - id: azure
        base_url: https://my.openai.azure.com/openai/v1
        inject_headers: [{ name: api-key, value: "\${AZURE}" }]
        rename_models: { gpt-5: my-deployment }
`),
    KEYS,
  ],
  [
    "an upstream for each model, of two APIs in forms of their own",
    pool(`    upstreams:
      - { id: gpt, base_url: "${BASE_URL}", ${bearer("KEY")}, models: [gpt-*, o4-*] }
      - id: claude
        base_url: https://api.anthropic.com
        inject_headers: [{ name: x-api-key, value: "\${ANT}" }]
        models: [claude-*]
`),
    KEYS,
  ],
  [
    "several APIs in OpenAI's form",
    pool(`    upstreams:
      - { id: openai, base_url: "${BASE_URL}/v1", ${bearer("KEY")} }
      - { id: gemini, base_url: "https://generativelanguage.googleapis.com/v1beta/openai", ${bearer("AZURE")} }
      - { id: anthropic, base_url: "https://api.anthropic.com/v1", ${bearer("ANT")} }
      - { id: deepseek, base_url: "https://api.deepseek.com", ${bearer("KEY_2")} }
      - { id: own, base_url: "http://10.0.0.5:8000/v1" }
`),
    KEYS,
  ],
  [
    "one account, another model when the first is overloaded",
    pool(`    upstream: { base_url: "${BASE_URL}", ${bearer("KEY")} }
    upstreams: [{ id: large }, { id: small, rename_models: { gpt-5: gpt-5-mini } }]
`),
    KEYS,
  ],
  [
    "one address through two proxies",
    pool(`    upstream: { base_url: "${BASE_URL}", ${bearer("KEY")} }
    upstreams: [{ id: a, proxy: "http://10.0.0.5:3128" }, { id: b, proxy: "http://10.0.0.6:3128" }]
`),
    KEYS,
  ],
  [
    "keys that are not set yet",
    pool(`    upstream: { base_url: "${BASE_URL}" }
    upstreams: [{ id: a, ${bearer("A:-not-set")} }, { id: b, ${bearer("B:-not-set")} }]
`),
  ],
  [
    "one upstream with names of its own",
    pool(`    upstreams: [{ id: own, base_url: "http://10.0.0.5:8000", models: [gpt-*], rename_models: { gpt-5: llama } }]
`),
  ],
  [
    "a pool without retries",
    pool(`    upstream: { retry: { max_attempts: 1 } }
    upstreams: [{ id: a, base_url: "http://10.0.0.5:8000" }, { id: b, base_url: "http://10.0.0.6:8000" }]
    balance: round_robin
`),
  ],
  [
    "a route that turns off the retries of the defaults",
    `${upstream("      retry: { max_attempts: 1 }")}  - { id: two, prefix: /two, upstream: { base_url: "http://10.0.0.5:8000" } }\nupstream_defaults: { retry: {} }\n`,
  ],
  [
    "entries of retry_on in the defaults that only pools can use",
    `${CLEAN}upstream_defaults: { retry: { retry_on: [connect_error, quota, "401", first_byte_timeout] } }\n`,
  ],
  [
    "a policy that only limits the time of an attempt",
    upstream("      retry: { max_attempts: 1, attempt_timeout_ms: 9000 }"),
  ],
  [
    "a first byte that comes later than a response without a stream could",
    upstream("      first_byte_timeout_ms: 90000\n      retry: { retry_on: [first_byte_timeout] }"),
  ],
  [
    "shared settings that only some upstreams use",
    pool(`    upstream:
      upstream_key_max_inflight: 4
      tls: { server_name: llm.internal }
      remove_headers: [x-api-key]
      sse_keepalive_ms: 20000
      connect_timeout_ms: 5000
      retry: { retry_on: [connect_error], max_attempts: 3 }
    upstreams:
      - id: near
        base_url: http://10.0.0.5:8000
        stream_idle_timeout_ms: 10000
        request_timeout_ms: 4000
      - id: far
        base_url: https://llm.example
        inject_headers: [{ name: x-api-key, value: "\${ANT}" }]
`),
    KEYS,
  ],
];

describe("a config that works has no findings:", () => {
  test.each([...CASES, ...POOLS].map(([what, text, world]) => [what, { text, world }] as const))(
    "%s",
    (_, { text, world }) => {
      const { diagnostics } = compileText(text, world ?? env({}));
      expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    },
  );

  test("with no secrets at hand, nothing is said about their values", () => {
    const { diagnostics } = compileText(to("https://api.anthropic.com"), { env: {} }, { allowMissingEnv: true });
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(["env/missing"]));
  });
});
