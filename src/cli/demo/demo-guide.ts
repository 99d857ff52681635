// Writes the page that `demo` prints: the facts of this run, and lines to paste for each kind of client.

/** What the page shows about a running demo. */
export interface DemoFacts {
  /** The gateway's URL, without a trailing slash. */
  readonly url: string;
  readonly token: string;
  /** Of a client that has a budget of 20,000 tokens a day. */
  readonly teamToken: string;
  readonly metricsToken: string;
  /** The mock provider's URL, without a trailing slash. */
  readonly mockUrl: string;
  readonly mockKey: string;
  /** The folder of the ledger. */
  readonly ledgerDir: string;
}

/** The page that `demo` prints. Each block can be pasted as it is. `npm run try` reads the URL and the token from it. */
export function demoGuide(facts: DemoFacts): string {
  return [
    factLines(facts),
    "Paste these into another terminal. Put the Python into a .py file and the JavaScript into a .mjs file.",
    ...curlLines(facts),
    ...agentLines(facts),
    ...openaiLines(facts),
    ...webSocketLines(facts),
    ...anthropicLines(facts),
    ...geminiLines(facts),
    ...usageLines(facts),
    ...budgetLines(facts),
    `The mock provider lists what else it can do: curl ${facts.mockUrl}/`,
    "Ctrl-C ends both.",
    "",
  ].join("\n\n");
}

function factLines({ url, token, metricsToken, mockUrl, mockKey, ledgerDir }: DemoFacts): string {
  return [
    "",
    `  gateway   ${url}`,
    `  token     ${token}    clients send it to the gateway`,
    `  dashboard ${url}/metrics/ui    it asks for ${metricsToken}`,
    `  provider  ${mockUrl}    a mock, on this machine only`,
    `  its key   ${mockKey}    added by the gateway, unknown to clients`,
    `  ledger    ${ledgerDir}    sum it: ai-gw-lite usage --dir ${ledgerDir} --by client,model`,
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

/** Coding agents. The variables hold for one command, so nothing of the user's own settings changes. */
function agentLines({ url, token }: DemoFacts): string[] {
  const provider = `name="demo", base_url="${url}/openai/v1", env_key="DEMO_TOKEN"`;
  const codex = (settings: string) => [
    `DEMO_TOKEN=${token} codex exec --skip-git-repo-check -m mock-1 \\`,
    `  -c model_provider=demo -c 'model_providers.demo={${settings}}' Hello`,
  ];
  return [
    block("Codex", codex(provider)),
    block("Codex over WebSocket", codex(`${provider}, supports_websockets=true`)),
    block("Claude Code", [
      `ANTHROPIC_BASE_URL=${url}/anthropic ANTHROPIC_AUTH_TOKEN=${token} \\`,
      "  claude --model mock-1 -p Hello",
    ]),
    // With a base URL alone this CLI takes "gateway" as its way to sign in, and then refuses it (0.61.0). So its settings, in a new
    // folder, name the key.
    block("Gemini CLI", [
      "export GEMINI_CLI_HOME=$(mktemp -d) && mkdir $GEMINI_CLI_HOME/.gemini",
      `echo '{"security":{"auth":{"selectedType":"gemini-api-key"}}}' > $GEMINI_CLI_HOME/.gemini/settings.json`,
      `GOOGLE_GEMINI_BASE_URL=${url}/gemini GEMINI_API_KEY=${token} \\`,
      "  gemini --skip-trust -m mock-1 -p Hello",
    ]),
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

/** This client always asks for TLS (6.49.0). The demo has none, so the client is handed a connection without. */
function webSocketLines({ url, token }: DemoFacts): string[] {
  const { hostname, port } = new URL(url);
  return [
    block("OpenAI's Realtime API over WebSocket, JavaScript", [
      'import { connect } from "node:net";',
      'import OpenAI from "openai";',
      'import { OpenAIRealtimeWS } from "openai/realtime/ws";',
      `const client = new OpenAI({ baseURL: "${url}/openai/v1", apiKey: "${token}" });`,
      "// This client always uses TLS, and the demo has none.",
      `const options = { createConnection: () => connect(${port}, "${hostname}") };`,
      'const realtime = new OpenAIRealtimeWS({ model: "mock-1", options }, client);',
      'realtime.on("session.created", () => {',
      '  const content = [{ type: "input_text", text: "Hello" }];',
      '  realtime.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });',
      '  realtime.send({ type: "response.create" });',
      "});",
      'realtime.on("response.output_text.delta", ({ delta }) => process.stdout.write(delta));',
      'realtime.on("response.done", () => realtime.close());',
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

function geminiLines({ url, token }: DemoFacts): string[] {
  const at = `"${url}/gemini"`;
  return [
    block("Gemini with curl, streamed", [
      `curl -N '${url}/gemini/v1beta/models/mock-1:streamGenerateContent?alt=sse' -H 'x-goog-api-key: ${token}' \\`,
      `  -H 'content-type: application/json' -d '{"contents":[{"parts":[{"text":"Hello"}]}]}'`,
    ]),
    block("Google Gen AI SDK, Python", [
      "from google import genai",
      `client = genai.Client(api_key="${token}", http_options={"base_url": ${at}})`,
      'for chunk in client.models.generate_content_stream(model="mock-1", contents="Hello"):',
      '    print(chunk.text, end="", flush=True)',
    ]),
    block("Google Gen AI SDK, JavaScript", [
      'import { GoogleGenAI } from "@google/genai";',
      `const client = new GoogleGenAI({ apiKey: "${token}", httpOptions: { baseUrl: ${at} } });`,
      'const stream = await client.models.generateContentStream({ model: "mock-1", contents: "Hello" });',
      "for await (const chunk of stream) process.stdout.write(chunk.text);",
    ]),
  ];
}

/** Headers change how the mock reports usage, so that programs that read usage can be tried. */
function usageLines({ url, token, mockUrl }: DemoFacts): string[] {
  return [
    block("Usage reported in an unusual way: cached input, reasoning, and a running total in each event", [
      `curl -N ${url}/openai/v1/chat/completions -H 'authorization: Bearer ${token}' \\`,
      "  -H 'x-mock-input-tokens: 2000' -H 'x-mock-cache-read: 1500' -H 'x-mock-reasoning: 200' \\",
      "  -H 'x-mock-usage: continuous' -H 'content-type: application/json' \\",
      `  -d '{"model":"mock-1","stream":true,"messages":[{"role":"user","content":"Hello"}]}'`,
    ]),
    block("What the mock provider has billed", [`curl ${mockUrl}/__books`]),
  ];
}

/** Each request reserves 4,096 tokens of output unless it says how many it wants, so a few at the same time use up the budget. */
function budgetLines({ url, teamToken, metricsToken }: DemoFacts): string[] {
  return [
    block("A client with a budget of 20,000 tokens per day: it gets 429 when too few are left", [
      `for i in 1 2 3 4 5 6; do curl -s -o /dev/null -w '%{http_code} ' ${url}/openai/v1/chat/completions \\`,
      `  -H 'authorization: Bearer ${teamToken}' -H 'x-mock-input-tokens: 4000' -H 'content-type: application/json' \\`,
      `  -d '{"model":"mock-1","messages":[{"role":"user","content":"Hello"}]}'; done`,
    ]),
    block("What was used since yesterday, by client", [
      `curl -H 'authorization: Bearer ${metricsToken}' \\`,
      `  "${url}/metrics/usage?start_time=$(($(date +%s) - 86400))&group_by=client"`,
    ]),
  ];
}

/** The code is not indented: Python refuses pasted lines that are. */
function block(title: string, lines: readonly string[]): string {
  return [`# ${title}`, ...lines].join("\n");
}
