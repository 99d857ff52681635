// Holds the two texts of the demo: the gateway's config, and the page with lines to paste into a terminal.

/** The environment variables that the config refers to. It contains only their names, not the secrets. */
export interface DemoSecrets {
  readonly DEMO_TOKEN: string;
  readonly DEMO_UPSTREAM_KEY: string;
}

/**
 * The text of the demo's config, with the mock provider as the upstream.
 * @param port the gateway's port on loopback; 0 takes a free one
 * @param mockUrl the URL of the mock provider, without a trailing slash
 */
export function demoConfig(port: number, mockUrl: string): string {
  return `listen: 127.0.0.1:${port}

gateway_auth:
  tokens: ["\${DEMO_TOKEN}"]
  token_sources:
    - type: authorization_bearer # used by OpenAI's SDKs and curl
    - { type: header, name: x-api-key } # used by Anthropic's SDKs

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

/** What the page shows about a running demo. */
export interface DemoFacts {
  /** The gateway's URL, without a trailing slash. */
  readonly url: string;
  readonly token: string;
  /** The mock provider's URL, without a trailing slash. */
  readonly mockUrl: string;
  readonly mockKey: string;
}

/** The page that `demo` prints. Each block can be pasted as it is. `npm run try` reads the URL and the token from it. */
export function demoGuide(facts: DemoFacts): string {
  return [
    factLines(facts),
    "Paste these into another terminal. Put the Python into a .py file and the JavaScript into a .mjs file.",
    ...curlLines(facts),
    ...openaiLines(facts),
    ...anthropicLines(facts),
    `The mock provider lists what else it can do: curl ${facts.mockUrl}/`,
    "Ctrl-C ends both.",
    "",
  ].join("\n\n");
}

function factLines({ url, token, mockUrl, mockKey }: DemoFacts): string {
  return [
    "",
    `  gateway   ${url}`,
    `  token     ${token}    clients send it to the gateway`,
    `  provider  ${mockUrl}    a mock, on this machine only`,
    `  its key   ${mockKey}    added by the gateway, unknown to clients`,
  ].join("\n");
}

function curlLines({ url, token }: DemoFacts): string[] {
  const auth = `-H 'authorization: Bearer ${token}'`;
  const chat = (body: object) => [
    `curl -N ${url}/openai/v1/chat/completions ${auth} \\`,
    `  -H 'content-type: application/json' -d '${JSON.stringify(body)}'`,
  ];
  const ask = { model: "mock-1", messages: [{ role: "user", content: "Hello" }] };
  return [
    block("A chat, streamed", chat({ ...ask, stream: true })),
    block("The same as JSON", chat(ask)),
    block("What the provider saw: its own key, never your token", [`curl ${url}/openai/v1/echo ${auth}`]),
    block("Without the token", [`curl -i ${url}/openai/v1/models`]),
  ];
}

function openaiLines({ url, token }: DemoFacts): string[] {
  const at = `"${url}/openai/v1"`;
  return [
    block("OpenAI SDK, Python", [
      "from openai import OpenAI",
      `client = OpenAI(base_url=${at}, api_key="${token}")`,
      'messages = [{"role": "user", "content": "Hello"}]',
      'for chunk in client.chat.completions.create(model="mock-1", messages=messages, stream=True):',
      '    print(chunk.choices[0].delta.content or "", end="", flush=True)',
    ]),
    block("OpenAI SDK, JavaScript", [
      'import OpenAI from "openai";',
      `const client = new OpenAI({ baseURL: ${at}, apiKey: "${token}" });`,
      'const messages = [{ role: "user", content: "Hello" }];',
      'const stream = await client.chat.completions.create({ model: "mock-1", messages, stream: true });',
      'for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");',
    ]),
  ];
}

function anthropicLines({ url, token }: DemoFacts): string[] {
  const at = `"${url}/anthropic"`;
  return [
    block("Anthropic SDK, Python", [
      "from anthropic import Anthropic",
      `client = Anthropic(base_url=${at}, api_key="${token}")`,
      'messages = [{"role": "user", "content": "Hello"}]',
      'with client.messages.stream(model="mock-1", max_tokens=500, messages=messages) as stream:',
      "    for text in stream.text_stream:",
      '        print(text, end="", flush=True)',
    ]),
    block("Anthropic SDK, JavaScript", [
      'import Anthropic from "@anthropic-ai/sdk";',
      `const client = new Anthropic({ baseURL: ${at}, apiKey: "${token}" });`,
      'const messages = [{ role: "user", content: "Hello" }];',
      'const stream = client.messages.stream({ model: "mock-1", max_tokens: 500, messages });',
      'await stream.on("text", (text) => process.stdout.write(text)).finalMessage();',
    ]),
  ];
}

/** The code is not indented: Python refuses pasted lines that are. */
function block(title: string, lines: readonly string[]): string {
  return [`# ${title}`, ...lines].join("\n");
}
