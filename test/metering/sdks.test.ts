// The official SDKs get the same with metering on, and the ledger has the numbers of the provider's books (contract, section 13).

import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { type Mock, startMock } from "../../src/mock/start.ts";
import type { BookEntry } from "../../src/mock/usage/books.ts";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import { configText, TOKEN } from "../support/config.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";

/** The SDKs as they are set up for a provider, or for the gateway in its place. */
interface Clients {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly google: GoogleGenAI;
}

interface Call {
  readonly name: string;
  /** Makes a call with an SDK. Returns all that it gives. */
  readonly run: (clients: Clients) => Promise<unknown>;
  /** What the ledger's line says of its usage. Default: `reported` */
  readonly usage?: LedgerLine["usage"] | "no line";
  /** The same where the route asks for it. Default: no other */
  readonly asked?: LedgerLine["usage"];
  readonly stream: boolean;
}

// The model has a prompt of 2000 tokens: 1500 from a cache, 300 into one. It reasons for 200.
const model = "mock-thinking";
const messages = [{ role: "user" as const, content: "hi there" }];
const chat = { model, messages };
const claude = { model, messages, max_tokens: 500 };
const gemini = { model, contents: "hi there" };

function clientsOf(url: string, prefix: string, headers: Record<string, string>): Clients {
  const base = url + prefix;
  const apiKey = TOKEN;
  return {
    openai: new OpenAI({ baseURL: `${base}/v1`, apiKey, defaultHeaders: headers, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: base, apiKey, defaultHeaders: headers, maxRetries: 0 }),
    google: new GoogleGenAI({ apiKey, httpOptions: { baseUrl: base, headers } }),
  };
}

async function all(events: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const event of events) list.push(event);
  return list;
}

const CALLS: readonly Call[] = [
  { name: "openai chat", run: ({ openai }) => openai.chat.completions.create(chat), stream: false },
  {
    name: "openai chat, streamed",
    run: async ({ openai }) => all(await openai.chat.completions.create({ ...chat, stream: true })),
    usage: "unknown",
    asked: "reported",
    stream: true,
  },
  ...[true, false].map((include_usage): Call => {
    const asked = { stream: true as const, stream_options: { include_usage } };
    return {
      name: `openai chat, streamed, include_usage: ${include_usage}`,
      run: async ({ openai }) => all(await openai.chat.completions.create({ ...chat, ...asked })),
      usage: include_usage ? "reported" : "unknown",
      stream: true,
    };
  }),
  {
    name: "openai chat, put together from a stream",
    run: ({ openai }) => openai.chat.completions.stream(chat).finalContent(),
    usage: "unknown",
    asked: "reported",
    stream: true,
  },
  { name: "openai responses", run: ({ openai }) => openai.responses.create({ model, input: "hi" }), stream: false },
  {
    name: "openai responses, streamed",
    run: async ({ openai }) => all(await openai.responses.create({ model, input: "hi", stream: true })),
    stream: true,
  },
  {
    name: "openai responses, put together from a stream",
    run: ({ openai }) => openai.responses.stream({ model, input: "hi" }).finalResponse(),
    stream: true,
  },
  { name: "openai embeddings", run: ({ openai }) => openai.embeddings.create({ model, input: "hi" }), stream: false },
  { name: "openai models", run: ({ openai }) => all(openai.models.list()), usage: "no line", stream: false },
  { name: "anthropic messages", run: ({ anthropic }) => anthropic.messages.create(claude), stream: false },
  {
    name: "anthropic messages, streamed",
    run: async ({ anthropic }) => all(await anthropic.messages.create({ ...claude, stream: true })),
    stream: true,
  },
  {
    name: "anthropic messages, put together from a stream",
    run: ({ anthropic }) => anthropic.messages.stream(claude).finalMessage(),
    stream: true,
  },
  {
    name: "anthropic count_tokens",
    run: ({ anthropic }) => anthropic.messages.countTokens({ model, messages }),
    usage: "no line",
    stream: false,
  },
  { name: "google generateContent", run: ({ google }) => google.models.generateContent(gemini), stream: false },
  {
    name: "google generateContentStream",
    run: async ({ google }) => all(await google.models.generateContentStream(gemini)),
    stream: true,
  },
  {
    name: "google countTokens",
    run: ({ google }) => google.models.countTokens(gemini),
    usage: "no line",
    stream: false,
  },
  {
    name: "google embedContent",
    run: ({ google }) => google.models.embedContent(gemini),
    usage: "unknown",
    stream: false,
  },
];

/** As data, without what tells of the way it came: response headers, and members that are `null` in an answer that was asked. */
function asData(result: unknown): unknown {
  return JSON.parse(
    JSON.stringify(result, (key, value: unknown) =>
      key === "sdkHttpResponse" || (key === "usage" && value === null) ? undefined : value,
    ) ?? "null",
  );
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A new mock: the answers of two have the same ids and times. */
async function newMock(paceMs = 0): Promise<Mock> {
  const mock = await startMock({ paceMs, now: () => 1_790_000_000_000 });
  closers.push(() => mock.close());
  return mock;
}

interface Metered {
  readonly gateway: TestGateway;
  readonly mock: Mock;
  /** Stops the gateway, and reads what it wrote down. */
  lines(): Promise<LedgerLine[]>;
}

async function newGateway(upstream: readonly string[], paceMs = 0): Promise<Metered> {
  const mock = await newMock(paceMs);
  const dir = ledgerFolder();
  const header = (name: string): string => `{type: header, name: ${name}}`;
  const sources = `[{type: authorization_bearer}, ${header("x-api-key")}, ${header("x-goog-api-key")}]`;
  const top = [`usage: {enabled: true, ledger: {dir: ${dir}}}`];
  const gateway = await startGateway(configText({ base: mock.url, top, upstream, sources }));
  closers.push(() => gateway.close());
  return {
    gateway,
    mock,
    async lines() {
      await gateway.close();
      return ledgerLines(dir);
    },
  };
}

/** What the ledger has to say of the numbers that the mock told. */
function told({ tells }: BookEntry): Partial<LedgerLine> {
  return {
    input_tokens: tells?.input ?? null,
    output_tokens: tells?.output ?? null,
    cache_read_tokens: tells?.cacheRead ?? null,
    reasoning_tokens: tells?.reasoning ?? null,
  };
}

describe.each([
  { name: "metered", upstream: [], asks: false, coding: undefined },
  { name: "metered, with the coding gzip", upstream: [], asks: false, coding: "gzip" },
  { name: "metered, with the coding br", upstream: [], asks: false, coding: "br" },
  { name: "asked for its usage", upstream: ["usage: {ask: true}"], asks: true, coding: undefined },
  { name: "asked for its usage, with the coding gzip", upstream: ["usage: {ask: true}"], asks: true, coding: "gzip" },
])("a route that is $name", ({ upstream, asks, coding }) => {
  it.each(CALLS)("$name", async ({ run, usage = "reported", asked = usage, stream }) => {
    const headers: Record<string, string> =
      coding === undefined ? {} : { "x-mock-coding": coding, "accept-encoding": coding };
    const straight = await newMock();
    const expected = asData(await run(clientsOf(straight.url, "", headers)));
    const { gateway, mock, lines } = await newGateway(upstream);
    const result = asData(await run(clientsOf(gateway.url, "/up", headers)));
    expect(result).toEqual(expected);
    expect(JSON.stringify(result).length).toBeGreaterThan(10);

    await mock.until(({ openRequests }) => openRequests === 0);
    const written = await lines();
    const shown = asks ? asked : usage;
    if (shown === "no line") return expect(written).toEqual([]);
    expect(mock.books.entries).toHaveLength(1);
    const line = { usage: shown, model, requested_model: model, stream, status: 200, outcome: "success", attempts: 1 };
    expect(written).toMatchObject(mock.books.entries.map((entry) => ({ ...line, ...told(entry) })));
    expect(gateway.logs.filter(({ level }) => level === "error")).toEqual([]);
  });
});

/** Streams of many events, which the client leaves after the first. What the ledger says where the upstream is cancelled. */
const LEFT: readonly (Pick<Call, "name" | "run"> & { readonly cancelled: LedgerLine["usage"] })[] = [
  {
    name: "openai chat",
    run: async ({ openai }) => {
      const asked = { stream: true as const, stream_options: { include_usage: true } };
      for await (const _ of await openai.chat.completions.create({ ...chat, ...asked })) break;
    },
    cancelled: "unknown",
  },
  {
    name: "anthropic messages",
    run: async ({ anthropic }) => {
      const stream = anthropic.messages.stream(claude);
      stream.on("streamEvent", () => stream.abort());
      await expect(stream.finalMessage()).rejects.toThrow(Anthropic.APIUserAbortError);
    },
    cancelled: "partial",
  },
  {
    name: "google generateContentStream",
    run: async ({ google }) => {
      const controller = new AbortController();
      const config = { abortSignal: controller.signal };
      for await (const _ of await google.models.generateContentStream({ ...gemini, config })) {
        controller.abort();
        break;
      }
    },
    cancelled: "partial",
  },
];

describe.each([
  { name: "cancels the upstream", upstream: [], drains: false },
  { name: "drains the response", upstream: ["on_client_abort: drain"], drains: true },
])("a stream that the client leaves, on a route that $name", ({ upstream, drains }) => {
  it.each(LEFT)("$name", async ({ run, cancelled }) => {
    const { gateway, mock, lines } = await newGateway(upstream, 20);
    await run(clientsOf(gateway.url, "/up", { "x-mock-events": "40" }));
    await mock.until(({ openRequests }) => openRequests === 0);
    await gateway.completed();
    const [line, ...more] = await lines();
    const [entry] = mock.books.entries;
    expect(more).toEqual([]);
    expect(entry?.state).toBe(drains ? "whole" : "cut");
    expect(line).toMatchObject({
      usage: drains ? "reported" : cancelled,
      outcome: "client_closed",
      stream: true,
      model,
    });
    if (drains && entry !== undefined) expect(line).toMatchObject({ ...told(entry), output_tokens: 240 });
    if (cancelled === "partial") expect(line?.input_tokens).toBe(2000);
  });
});
