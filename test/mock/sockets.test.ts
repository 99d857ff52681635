// Tests the mock's WebSockets with a plain client and with OpenAI's own: Responses and Realtime.

import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { ResponsesWS } from "openai/resources/responses/ws";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { speak } from "../../src/mock/speech.ts";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { framesOf, post } from "./client.ts";

const KEY = "sk-right-and-long";
const authorization = `Bearer ${KEY}`;
const spoken = speak("hi there");
const words = spoken.pieces.length;

let mock: Mock;
let openai: OpenAI;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0, key: KEY, now: () => 1_700_000_000_999 });
  openai = new OpenAI({ apiKey: KEY, baseURL: `${mock.url}/v1` });
});
afterAll(() => mock.close());
beforeEach(() => mock.books.reset());

interface Event {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** A client that reads the messages one after the other. */
class Client {
  readonly ws: WebSocket;
  readonly closed: Promise<unknown>;
  readonly #events: Event[] = [];
  #wake: () => void = () => {};

  constructor(ws: WebSocket) {
    this.ws = ws;
    this.closed = once(ws, "close");
    ws.on("message", (data, isBinary) => {
      expect(isBinary).toBe(false);
      this.#events.push(JSON.parse(String(data)));
      this.#wake();
    });
  }

  send(message: unknown): void {
    this.ws.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The events up to the first one of a type. */
  async until(type: string): Promise<Event[]> {
    for (;;) {
      const at = this.#events.findIndex((event) => event.type === type);
      if (at !== -1) return this.#events.splice(0, at + 1);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

async function open(path: string, options: ClientOptions = {}, protocols: string[] = []): Promise<Client> {
  const headers = { authorization, ...options.headers };
  const ws = new WebSocket(`${mock.url.replace("http", "ws")}${path}`, protocols, { ...options, headers });
  const client = new Client(ws);
  await once(ws, "open");
  return client;
}

/** The answer to an upgrade that is refused. */
async function refusal(path: string, headers: Record<string, string> = {}) {
  const ws = new WebSocket(`${mock.url.replace("http", "ws")}${path}`, { headers: { authorization, ...headers } });
  ws.on("error", () => {});
  const [, res] = await once(ws, "unexpected-response");
  let body = "";
  for await (const chunk of res) body += chunk;
  return { status: res.statusCode, body: JSON.parse(body) };
}

const create = { type: "response.create", model: "gpt-x", input: "hi there" };

describe("responses over a WebSocket", () => {
  it("are the events of the event stream, one message each", async () => {
    const client = await open("/v1/responses");
    client.send(create);
    const events = await client.until("response.completed");
    const { type: _, ...body } = create;
    const res = await post(`${mock.url}/v1/responses`, { ...body, stream: true }, { authorization });
    const idless = (text: string) => text.replaceAll(/(?<=(resp|msg)_)mock\w+/g, "");
    const streamed = framesOf(await res.text()).map(({ data }) => JSON.parse(idless(data)));
    expect(events.map((event) => JSON.parse(idless(JSON.stringify(event))))).toEqual(streamed);
    expect(events.filter(({ type }) => type === "response.output_text.delta")).toHaveLength(words);
    client.ws.close();
  });

  it("come one after the other on one socket, each with ids, usage and an entry of its own", async () => {
    const client = await open("/v1/responses", { headers: { "x-request-id": "asked" } });
    client.send(create);
    client.send({ ...create, model: "mock-thinking" });
    const [first] = (await client.until("response.completed")).slice(-1);
    const second = await client.until("response.completed");
    expect(second[0]?.type).toBe("response.created");
    expect(first?.["response"]).toMatchObject({ usage: { input_tokens: 2, output_tokens: words } });
    expect(second.at(-1)?.["response"]).toMatchObject({
      usage: { input_tokens: 2000, input_tokens_details: { cached_tokens: 1500 }, output_tokens: words + 200 },
    });
    await mock.until(({ openStreams }) => openStreams === 0);
    const entry = { requestId: "asked", key: "sk-...long", told: "all", state: "whole" };
    expect(mock.books.entries).toMatchObject([
      { ...entry, model: "gpt-x", billed: { input: 2, output: words } },
      { ...entry, model: "mock-thinking", billed: { input: 2000, output: words + 200 } },
    ]);
    client.ws.close();
  });

  it("go on from a response, whose conversation is a part of the prompt", async () => {
    const client = await open("/v1/responses");
    client.send({ ...create, generate: false });
    const inputs: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const [last] = (await client.until("response.completed")).slice(-1);
      const response = last?.["response"] as { id: string; usage: { input_tokens: number } } | undefined;
      inputs.push(response?.usage.input_tokens);
      client.send({ ...create, previous_response_id: response?.id });
    }
    expect(inputs).toEqual([0, 4, 4 + words + 2]);
    client.ws.close();
  });

  it("run at once in lanes of their own, and name these", async () => {
    const client = await open("/v1/responses", { headers: { "x-mock-pace-ms": "1" } });
    client.send({ ...create, stream_id: "a" });
    client.send({ ...create, stream_id: "b" });
    const events = [...(await client.until("response.completed")), ...(await client.until("response.completed"))];
    const begun = events.filter(({ type }) => type === "response.created").map((event) => events.indexOf(event));
    const ended = events.findIndex(({ type }) => type === "response.completed");
    expect(begun).toHaveLength(2);
    expect(Math.max(...begun)).toBeLessThan(ended);
    for (const lane of ["a", "b"])
      expect(events.filter((event) => event["stream_id"] === lane)).toHaveLength(events.length / 2);
    client.ws.close();
  });

  it("say nothing where a request only warms up", async () => {
    const client = await open("/v1/responses");
    client.send({ ...create, generate: false });
    const events = await client.until("response.completed");
    expect(events.map(({ type }) => type)).toEqual(["response.created", "response.completed"]);
    expect(events[1]?.["response"]).toMatchObject({ output: [], usage: { input_tokens: 0, output_tokens: 0 } });
    client.ws.close();
  });

  it.each([
    ["{", 400, "We could not parse the message as a JSON object."],
    [{ ...create, type: "response.steer" }, 400, /^Invalid value: 'response.steer'/],
    [{ type: "response.create", input: "hi" }, 400, "Missing required parameter: 'model'."],
    [{ ...create, model: "mock-rate-limited" }, 429, "The mock provider was asked for a 429."],
  ])("are refused in an event: %j", async (message, status, text) => {
    const client = await open("/v1/responses");
    client.send(message);
    const [event] = await client.until("error");
    expect(event).toMatchObject({ status, error: { message: expect.stringMatching(text) } });
    client.send(create);
    expect(await client.until("response.completed")).not.toHaveLength(0);
    client.ws.close();
  });

  it("break off where the request asks for a cut, and the books say so", async () => {
    const client = await open("/v1/responses", { headers: { "x-mock-cut-after": "3" } });
    client.send(create);
    const [code] = (await client.closed) as [number];
    expect(code).toBe(1006);
    await mock.until(({ openStreams, openRequests }) => openStreams === 0 && openRequests === 0);
    expect(mock.books.entries).toMatchObject([{ told: "none", state: "cut", billed: { output: words } }]);
  });

  it("break off when the client leaves", async () => {
    const { abortedStreams } = mock.stats;
    const client = await open("/v1/responses", { headers: { "x-mock-pace-ms": "60000" } });
    client.send(create);
    await client.until("response.created");
    client.ws.terminate();
    await mock.until(({ openStreams, openRequests }) => openStreams === 0 && openRequests === 0);
    expect(mock.stats.abortedStreams).toBe(abortedStreams + 1);
    expect(mock.books.entries).toMatchObject([{ told: "none", state: "cut" }]);
  });

  it("work with OpenAI's client", async () => {
    const ws = new ResponsesWS(openai);
    const text = new Promise<string>((resolve, reject) => {
      let said = "";
      ws.on("response.output_text.delta", ({ delta }) => {
        said += delta;
      });
      ws.on("response.completed", ({ response }) => resolve(`${said}|${response.usage?.output_tokens}`));
      ws.on("error", reject);
    });
    ws.send({ type: "response.create", model: "gpt-x", input: "hi there" });
    expect(await text).toBe(`${spoken.text}|${words}`);
    ws.close();
  });
});

describe("Realtime", () => {
  const item = { type: "message", role: "user", content: [{ type: "input_text", text: "hi there" }] };

  it("works with OpenAI's client", async () => {
    // This client always asks for TLS. The mock has none, so the client is handed a connection without.
    const createConnection = () => connect(mock.port, "127.0.0.1");
    const rt = new OpenAIRealtimeWS({ model: "gpt-realtime", options: { createConnection } }, openai);
    const seen: string[] = [];
    let said = "";
    rt.on("event", ({ type }) => seen.push(type));
    rt.on("response.output_text.delta", ({ delta }) => {
      said += delta;
    });
    const done = () => new Promise<Event>((resolve) => rt.once("response.done", (event) => resolve(event as never)));
    await new Promise((resolve) => rt.once("session.created", resolve));
    const updated = new Promise<Event>((resolve) => rt.once("session.updated", (event) => resolve(event as never)));
    rt.send({ type: "session.update", session: { type: "realtime", instructions: "Be kind." } });
    expect((await updated)["session"]).toMatchObject({ model: "gpt-realtime", instructions: "Be kind." });
    rt.send({ type: "conversation.item.create", item: item as never });
    rt.send({ type: "response.create" });
    expect((await done())["response"]).toMatchObject({
      status: "completed",
      usage: { input_tokens: 2, output_tokens: words },
    });
    expect(said).toBe(spoken.text);
    expect(new Set(seen)).toEqual(
      new Set([
        ...["session.created", "session.updated", "conversation.item.added", "conversation.item.done"],
        ...["response.created", "response.output_item.added", "response.content_part.added"],
        ...["response.output_text.delta", "response.output_text.done", "response.content_part.done"],
        ...["response.output_item.done", "response.done"],
      ]),
    );

    // The second response has the first one in its prompt.
    rt.send({ type: "conversation.item.create", item: item as never });
    rt.send({ type: "response.create" });
    const second = (await done())["response"] as { usage: { input_tokens: number } } | undefined;
    const input = second?.usage.input_tokens;
    expect(input).toBeGreaterThan(words);
    await mock.until(({ openStreams }) => openStreams === 0);
    expect(mock.books.entries).toMatchObject([
      { model: "gpt-realtime", told: "all", state: "whole", tells: { input: 2, output: words } },
      { model: "gpt-realtime", told: "all", state: "whole", tells: { input } },
    ]);
    rt.close();
  });

  it("answers in the subprotocol, and takes the key of a browser from one", async () => {
    const protocols = ["realtime", `openai-insecure-api-key.${KEY}`];
    const client = await open("/v1/realtime?model=m", { headers: { authorization: "none" } }, protocols);
    expect(client.ws.protocol).toBe("realtime");
    await client.until("session.created");
    client.ws.close();
  });

  it.each([
    [
      { type: "response.cancel", event_id: "e1" },
      { code: "invalid_value", event_id: "e1" },
    ],
    ["[]", { code: "invalid_json", event_id: null }],
  ])("refuses what it does not know: %j", async (message, error) => {
    const client = await open("/v1/realtime?model=m");
    client.send(message);
    expect((await client.until("error")).at(-1)).toMatchObject({ error });
    client.ws.close();
  });

  it("speaks one response at a time", async () => {
    const client = await open("/v1/realtime?model=m", { headers: { "x-mock-pace-ms": "1" } });
    client.send({ type: "response.create" });
    client.send({ type: "response.create" });
    const error = (await client.until("error")).at(-1);
    expect(error).toMatchObject({ error: { code: "conversation_already_has_active_response" } });
    await client.until("response.done");
    client.ws.close();
  });

  it("refuses a response where it is asked for an error", async () => {
    const client = await open("/v1/realtime?model=mock-unavailable");
    client.send({ type: "response.create" });
    expect((await client.until("error")).at(-1)).toMatchObject({ error: { code: "server_error" } });
    client.ws.close();
  });
});

describe("an upgrade", () => {
  it.each([
    ["/v1/responses", { authorization: "Bearer wrong" }, 401, "invalid_api_key"],
    ["/v1/realtime?model=m", { authorization: "Bearer wrong" }, 401, "invalid_api_key"],
    ["/v1/realtime", {}, 400, null],
    ["/v1/responses", { "x-mock-status": "503" }, 503, null],
    ["/v1/responses", { "x-mock-pace-ms": "soon" }, 400, null],
    ["/v1/nothing", {}, 404, null],
  ])("of %s with %j is answered with %i", async (path, headers, status, code) => {
    expect(await refusal(path, headers)).toMatchObject({ status, body: { error: { code } } });
    await mock.until(({ openRequests }) => openRequests === 0);
  });

  it.each([
    ["/v1/models", 200],
    ["/v1/responses", 405],
  ])("to another protocol is not made, and the request for %s is answered with %i", async (path, status) => {
    const headers = { authorization, connection: "upgrade", upgrade: "h2c" };
    const [res] = await once(request(`${mock.url}${path}`, { headers }).end(), "response");
    expect(res.statusCode).toBe(status);
    res.resume();
    await once(res, "end");
    await mock.until(({ openRequests }) => openRequests === 0);
  });

  it("of Azure's path works", async () => {
    const client = await open("/openai/v1/responses");
    client.send(create);
    await client.until("response.completed");
    client.ws.close();
  });

  it("that waits ends with the mock, too", async () => {
    const other = await startMock();
    const headers = { "x-mock-delay-ms": "600000" };
    const opening = new WebSocket(`${other.url}/v1/responses`, { headers });
    const refused = new WebSocket(`${other.url}/v1/responses`, { headers: { ...headers, "x-mock-status": "503" } });
    const failed = [once(opening, "error"), once(refused, "error")];
    await other.until(({ openRequests }) => openRequests === 2);
    await other.close();
    await Promise.all(failed);
  });

  it("is counted, and its socket ends with the mock", async () => {
    const other = await startMock({ paceMs: 0 });
    const ws = new WebSocket(`${other.url}/v1/responses`);
    const closed = once(ws, "close");
    await once(ws, "open");
    expect(other.stats).toMatchObject({ requests: 1, openRequests: 1 });
    await other.close();
    await closed;
    await other.until(({ openRequests }) => openRequests === 0);
  });
});
