// What can one do with a running demo? Lines to paste, each complete, with the token of this very run in them.

export interface DemoPlaces {
  /** The gateway, without a trailing slash. */
  readonly url: string;
  readonly token: string;
  /** The mock provider, without a trailing slash. */
  readonly mockUrl: string;
  readonly mockKey: string;
}

/** The page that `demo` prints. Its first lines are also read by `npm run try`. */
export function demoGuide(places: DemoPlaces): string {
  return [
    facts(places),
    "Paste these into another terminal, the Python into a .py file, the JavaScript into a .mjs file.",
    ...curlLines(places),
    ...openaiLines(places),
    ...anthropicLines(places),
    `The mock provider tells what else it can do: curl ${places.mockUrl}/`,
    "Ctrl-C ends both.",
    "",
  ].join("\n\n");
}

function facts({ url, token, mockUrl, mockKey }: DemoPlaces): string {
  return [
    "",
    `  gateway   ${url}`,
    `  token     ${token}    what clients show the gateway`,
    `  provider  ${mockUrl}    a mock, on this machine only`,
    `  its key   ${mockKey}    put in by the gateway, unknown to clients`,
  ].join("\n");
}

function curlLines({ url, token }: DemoPlaces): string[] {
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

function openaiLines({ url, token }: DemoPlaces): string[] {
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

function anthropicLines({ url, token }: DemoPlaces): string[] {
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

/** Code begins at the line's start: indented, pasted Python would be an error. */
function block(title: string, lines: readonly string[]): string {
  return [`# ${title}`, ...lines].join("\n");
}
