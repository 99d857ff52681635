// Checks that the official client of Azure OpenAI works through the gateway when only its endpoint and key are changed.

import OpenAI, { AzureOpenAI } from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { speak } from "../../src/mock/speech.ts";
import { type Mock, type SeenRequest, startMock } from "../../src/mock/start.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { expectKeyHidden, TOKEN, UPSTREAM_KEY } from "./sdk-setup.ts";

const seen: SeenRequest[] = [];
let mock: Mock;
let gateway: TestGateway;
beforeAll(async () => {
  mock = await startMock({ key: UPSTREAM_KEY, paceMs: 0, onRequest: (request) => seen.push(request) });
  const config = `
listen: 127.0.0.1:0
gateway_auth:
  tokens: ["\${TOKEN}"]
  token_sources:
    - { type: header, name: api-key }
    - type: authorization_bearer
routes:
  - id: azure
    prefix: /azure
    upstream:
      base_url: ${mock.url}
      inject_headers:
        - { name: api-key, value: "\${UPSTREAM_KEY}" }
`;
  gateway = await startGateway(config, { env: { TOKEN, UPSTREAM_KEY } });
});
afterAll(async () => {
  await gateway.close();
  await mock.close();
  expectKeyHidden(seen, "api-key", UPSTREAM_KEY);
});

const messages = [{ role: "user" as const, content: "Hallo" }];
const spoken = speak("Hallo");

describe("the client of deployments", () => {
  const client = () =>
    new AzureOpenAI({
      endpoint: `${gateway.url}/azure`,
      apiKey: TOKEN,
      apiVersion: "2024-10-21",
      deployment: "my-gpt",
    });

  it("gets a chat completion as JSON", async () => {
    const answer = await client().chat.completions.create({ model: "my-gpt", messages });
    expect(answer.choices[0]?.message.content).toBe(spoken.text);
    expect(seen.at(-1)?.target).toBe("/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21");
  });

  it("gets a chat completion as a stream", async () => {
    const stream = await client().chat.completions.create({ model: "my-gpt", messages, stream: true });
    const pieces: string[] = [];
    for await (const chunk of stream) pieces.push(chunk.choices[0]?.delta.content ?? "");
    expect(pieces.join("")).toBe(spoken.text);
  });
});

it("the ordinary client works with Azure's v1 API", async () => {
  const client = new OpenAI({ baseURL: `${gateway.url}/azure/openai/v1`, apiKey: TOKEN });
  const answer = await client.responses.create({ model: "my-gpt", input: "Hallo" });
  expect(answer.output_text).toBe(spoken.text);
});
