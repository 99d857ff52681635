// Checks the ledger's line of a WebSocket through a real gateway, whatever client speaks and however it ends: one for each, with the
// numbers of the provider's books (contract, sections 13 and 15).

import { connect } from "node:net";
import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { ResponsesWS } from "openai/resources/responses/ws";
import { describe, expect, it } from "vitest";
import { speak } from "../../src/mock/speech.ts";
import type { Outcome } from "../../src/plan/exchange.ts";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import { booksConfig, tokenOf } from "../metering/books-scene.ts";
import { setScene } from "../support/scene.ts";
import { ASKS } from "../support/websocket.ts";
import { CREATE, type MeteredScene, meteredScene, open } from "./metered-scene.ts";

const scene = setScene();
const WORDS = speak("hi there").pieces.length;

/** The only line, as far as it belongs to the contract of a WebSocket. */
async function line({ lines }: Pick<MeteredScene, "lines">): Promise<Partial<LedgerLine>> {
  const all = await lines();
  expect(all).toHaveLength(1);
  const { request_id: _, at: _at, duration_ms: _ms, ...rest } = all[0] as LedgerLine;
  return rest;
}

/** What every WebSocket's line has. */
const EVERY = { client: "alice", route: "up", upstream: "up", stream: true, status: 101, ttft_ms: null, attempts: 1 };

function sdkOf({ gateway }: MeteredScene): OpenAI {
  return new OpenAI({ baseURL: `${gateway.url}/up/v1`, apiKey: tokenOf("alice") });
}

describe("a WebSocket has one line", () => {
  it("with the sum of all its responses", async () => {
    const metered = await meteredScene();
    const client = await open(metered);
    for (let turn = 0; turn < 3; turn++) await client.ask(CREATE, "response.completed");
    await client.close();
    expect(await line(metered)).toEqual({
      ...EVERY,
      model: "mock-thinking",
      requested_model: "mock-thinking",
      usage: "reported",
      input_tokens: 3 * 2000,
      cache_read_tokens: 3 * 1500,
      cache_write_tokens: 3 * 300,
      output_tokens: 3 * (WORDS + 200),
      reasoning_tokens: 3 * 200,
      cost_usd: null,
      price: null,
      charged_tokens: 3 * (2000 + WORDS + 200),
      charged_usd: 0,
      outcome: "success",
    });
    expect(metered.mock.books.report().sums).toMatchObject({ answers: 3, input: 6000, output: 3 * (WORDS + 200) });
  });

  it("when OpenAI's own client speaks Responses", async () => {
    const metered = await meteredScene();
    const socket = new ResponsesWS(sdkOf(metered));
    await new Promise((resolve) => socket.socket.on("open", () => resolve(undefined)));
    const completed = new Promise((resolve) => socket.on("response.completed", resolve));
    socket.send({ type: "response.create", model: "gpt-x", input: "hi there" });
    await completed;
    socket.close();
    const told = { model: "gpt-x", requested_model: "gpt-x", input_tokens: 2, output_tokens: WORDS };
    expect(await line(metered)).toMatchObject({ ...EVERY, ...told, usage: "reported", outcome: "success" });
  });

  it("when OpenAI's own client speaks Realtime, whose model stands in the query", async () => {
    const metered = await meteredScene();
    // This client always asks for TLS. The gateway has none here, so the client is handed a connection without.
    const createConnection = () => connect(metered.gateway.port, "127.0.0.1");
    const socket = new OpenAIRealtimeWS({ model: "gpt-realtime", options: { createConnection } }, sdkOf(metered));
    await new Promise((resolve) => socket.on("session.created", resolve));
    const content = [{ type: "input_text" as const, text: "hi there" }];
    socket.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
    for (let turn = 0; turn < 2; turn++) {
      const done = new Promise((resolve) => socket.once("response.done", resolve));
      socket.send({ type: "response.create" });
      await done;
    }
    socket.close();
    const { input, output } = metered.mock.books.report().sums;
    const told = { model: "gpt-realtime", requested_model: "gpt-realtime", input_tokens: input, output_tokens: output };
    expect(await line(metered)).toMatchObject({ ...EVERY, ...told, usage: "reported", outcome: "success" });
  });

  it("with nothing used, when the client never asked for anything", async () => {
    const metered = await meteredScene();
    await (await open(metered)).close();
    expect(await line(metered)).toMatchObject({ ...EVERY, usage: "reported", charged_tokens: 0, outcome: "success" });
  });

  it("that is of the model that was asked for, where no answer named one", async () => {
    const metered = await meteredScene({ mock: { paceMs: 60_000 } });
    const client = await open(metered);
    client.ws.send(JSON.stringify({ ...CREATE, model: "gpt-5" }));
    await client.until("response.created");
    client.ws.terminate();
    expect(await line(metered)).toMatchObject({ model: "gpt-5", requested_model: "gpt-5", outcome: "client_closed" });
  });
});

describe("however it ends", () => {
  const WHOLE = { usage: "reported", input_tokens: 2000, output_tokens: WORDS + 200 };
  /** One whole response, and the estimate is not charged for the other: a budget is charged what was told. */
  const PART = { usage: "partial", input_tokens: 2000, output_tokens: WORDS + 200, charged_tokens: 2200 + WORDS };

  it.each<[how: string, end: (client: Awaited<ReturnType<typeof open>>) => void, outcome: Outcome]>([
    ["drops without a close frame, as Codex does", ({ ws }) => ws.terminate(), "client_closed"],
    ["says goodbye", ({ ws }) => ws.close(1000), "success"],
  ])("the client %s, between two responses", async (_how, end, outcome) => {
    const metered = await meteredScene();
    const client = await open(metered);
    await client.ask(CREATE, "response.completed");
    end(client);
    expect(await line(metered)).toMatchObject({ ...EVERY, ...WHOLE, outcome });
  });

  it("the client drops inside a response", async () => {
    const metered = await meteredScene();
    const client = await open(metered);
    await client.ask(CREATE, "response.completed");
    await client.ask({ ...CREATE, model: "mock-slow" }, "response.created");
    client.ws.terminate();
    expect(await line(metered)).toMatchObject({ ...EVERY, ...PART, outcome: "client_closed" });
  });

  it("the upstream dies inside a response", async () => {
    const metered = await meteredScene();
    const client = await open(metered, { headers: { "x-mock-cut-after": "4" } });
    client.ws.send(JSON.stringify(CREATE));
    await client.closed;
    const told = await line(metered);
    expect(told).toMatchObject({ ...EVERY, usage: "unknown", input_tokens: null, model: "mock-thinking" });
    expect(told.outcome).toBe("upstream_aborted");
  });

  it("the upstream dies between two responses", async () => {
    const metered = await meteredScene();
    const client = await open(metered);
    await client.ask(CREATE, "response.completed");
    await metered.mock.close();
    await client.closed;
    expect(await line(metered)).toMatchObject({ ...EVERY, ...WHOLE, outcome: "upstream_aborted" });
  });

  it("nothing is said for longer than it may be silent", async () => {
    const metered = await meteredScene({ upstream: ["stream_idle_timeout_ms: 150"] });
    const client = await open(metered);
    await client.ask(CREATE, "response.completed");
    await client.closed;
    expect(await line(metered)).toMatchObject({ ...EVERY, ...WHOLE, outcome: "upstream_timeout" });
  });

  it("the gateway drains", async () => {
    const metered = await meteredScene({ top: ["shutdown: {drain_timeout_ms: 0}"] });
    const client = await open(metered);
    await client.ask(CREATE, "response.completed");
    expect(await metered.gateway.drain()).toBe(false);
    expect((await client.closed)[0]).toBe(1001);
    expect(await line(metered)).toMatchObject({ ...EVERY, ...WHOLE, outcome: "client_closed" });
  });

  it("a reload took its route away", async () => {
    const metered = await meteredScene();
    const client = await open(metered);
    await client.ask(CREATE, "response.completed");
    const yaml = booksConfig(metered.dir, { base: metered.mock.url });
    metered.gateway.swap(yaml.replace("id: up", "id: other").replace("prefix: /up", "prefix: /other"));
    await client.ask(CREATE, "response.completed");
    await client.close();
    expect(await line(metered)).toMatchObject({ input_tokens: 4000, outcome: "success" });
  });
});

describe("no line is written", () => {
  it("for a plain GET, which is never metered, whatever the route takes", async () => {
    const metered = await meteredScene();
    const headers = { authorization: `Bearer ${tokenOf("alice")}` };
    await (await fetch(`${metered.gateway.url}/up/v1/responses/resp_1`, { headers })).text();
    await (await fetch(`${metered.gateway.url}/up/v1/models`, { headers })).text();
    expect(await metered.lines()).toEqual([]);
  });
});

it("charges nothing for a handshake that the upstream refuses", async () => {
  const metered = await meteredScene();
  const client = await scene.client(metered.gateway);
  const head = [`Authorization: Bearer ${tokenOf("alice")}`, "X-Mock-Status: 429", ...ASKS].join("\r\n");
  await client.send(`GET /up/v1/responses HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`);
  expect((await client.response()).status).toBe(429);
  const refused = { status: 429, stream: false, usage: "unknown", charged_tokens: 0 };
  expect(await line(metered)).toMatchObject(refused);
});
