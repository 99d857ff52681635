// The ledger has a line for each metered exchange, with the numbers that its response reported (contract, section 13, "Ledger").

import { expect, it } from "vitest";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { AUTH, configText } from "../support/config.ts";
import { startGateway } from "../support/gateway.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";

interface Sent {
  readonly path: string;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const HI = [{ role: "user", content: "hi" }];
const CHAT = { model: "mock-fast", messages: HI };

/** Sends requests one after the other, and returns the lines of the ledger after the gateway has stopped. */
async function linesOf(sent: readonly Sent[], upstream: readonly string[] = []) {
  const mock: Mock = await startMock({ paceMs: 0 });
  const dir = ledgerFolder();
  const prices = "[{model: mock-*, input_usd_per_mtok: 1, output_usd_per_mtok: 2}]";
  const top = [`usage: {enabled: true, ledger: {dir: ${dir}}, prices: ${prices}}`];
  const gateway = await startGateway(configText({ base: mock.url, top, upstream }));
  for (const { path, body, headers = {} } of sent) {
    const [name = "", value = ""] = AUTH.split(": ");
    const init = { method: "POST", headers: { [name]: value, "content-type": "application/json", ...headers } };
    const response = await fetch(`${gateway.url}${path}`, { ...init, body: JSON.stringify(body) });
    await response.arrayBuffer();
  }
  await gateway.close();
  await mock.close();
  return { lines: ledgerLines(dir), books: mock.books.report() };
}

const APIS: readonly (Sent & { readonly name: string; readonly stream: boolean })[] = [
  { name: "OpenAI chat", path: "/up/v1/chat/completions", body: CHAT, stream: false },
  {
    name: "an OpenAI chat stream that reports its usage",
    path: "/up/v1/chat/completions",
    body: { ...CHAT, stream: true, stream_options: { include_usage: true } },
    stream: true,
  },
  { name: "OpenAI responses", path: "/up/v1/responses", body: { model: "mock-fast", input: "hi" }, stream: false },
  {
    name: "a stream of OpenAI responses",
    path: "/up/v1/responses",
    body: { model: "mock-fast", input: "hi", stream: true },
    stream: true,
  },
  {
    name: "Anthropic messages",
    path: "/up/v1/messages",
    body: { ...CHAT, max_tokens: 9 },
    headers: { "anthropic-version": "2023-06-01" },
    stream: false,
  },
  {
    name: "an Anthropic stream under gzip",
    path: "/up/v1/messages",
    body: { ...CHAT, max_tokens: 9, stream: true },
    headers: { "anthropic-version": "2023-06-01", "x-mock-coding": "gzip", "accept-encoding": "gzip" },
    stream: true,
  },
  {
    name: "a Gemini stream",
    path: "/up/v1beta/models/mock-fast:streamGenerateContent?alt=sse",
    body: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
    stream: true,
  },
  { name: "an Ollama stream", path: "/up/api/chat", body: CHAT, stream: true },
];

it.each(APIS)("of $name", async ({ path, body, headers, stream }) => {
  const { lines, books } = await linesOf([{ path, body, headers: headers ?? {} }]);
  const { input, output } = books.sums;
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    route: "up",
    upstream: "up",
    requested_model: "mock-fast",
    usage: "reported",
    input_tokens: input,
    output_tokens: output,
    cost_usd: (input + 2 * output) / 1e6,
    price: "config",
    charged_tokens: input + output,
    stream,
    status: 200,
    outcome: "success",
    attempts: 1,
  });
  expect(lines[0]?.ttft_ms === null).toBe(!stream);
  expect(output).toBeGreaterThan(0);
});
