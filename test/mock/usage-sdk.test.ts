// Checks with the official SDKs that the usage of the mock is in the form that they parse.

import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Mock, startMock } from "../../src/mock/start.ts";

let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0 });
});
afterAll(() => mock.close());
beforeEach(() => mock.books.reset());

/** The books have one answer with these counts, and all of it was told. */
async function expectTold(tells: object): Promise<void> {
  await mock.until(({ openRequests }) => openRequests === 0);
  expect(mock.books.entries).toMatchObject([{ model: "mock-thinking", told: "all", tells, state: "whole" }]);
}

// The model has a prompt of 2000 tokens: 1500 from a cache, 300 into one. It reasons for 200.
const model = "mock-thinking";
const words = 53;
const messages = [{ role: "user" as const, content: "hi there" }];
const CODINGS = ["none", "gzip", "deflate", "br"];
const headersFor = (coding: string): Record<string, string> => (coding === "none" ? {} : { "x-mock-coding": coding });

describe.each(CODINGS)("with the coding %s", (coding) => {
  const headers = headersFor(coding);

  describe("openai", () => {
    const client = () => new OpenAI({ baseURL: `${mock.url}/v1`, apiKey: "k", defaultHeaders: headers });
    const usage = {
      prompt_tokens: 2000,
      completion_tokens: 200 + words,
      prompt_tokens_details: { cached_tokens: 1500, cache_write_tokens: 300 },
      completion_tokens_details: { reasoning_tokens: 200 },
    };
    const tells = { input: 2000, cacheRead: 1500, cacheWrite: 300, output: 200 + words, reasoning: 200 };

    it("chat", async () => {
      expect((await client().chat.completions.create({ model, messages })).usage).toMatchObject(usage);
      await expectTold(tells);
    });

    it("chat, streamed", async () => {
      const asked = { stream: true as const, stream_options: { include_usage: true } };
      const stream = await client().chat.completions.create({ model, messages, ...asked });
      const told = [];
      for await (const chunk of stream) told.push(...(chunk.usage ? [chunk.usage] : []));
      expect(told).toMatchObject([usage]);
      await expectTold(tells);
    });

    it("responses, streamed", async () => {
      const stream = await client().responses.create({ model, input: "hi there", stream: true });
      const told = [];
      for await (const event of stream) if (event.type === "response.completed") told.push(event.response.usage);
      expect(told).toMatchObject([{ input_tokens: 2000, output_tokens: 200 + words, total_tokens: 2200 + words }]);
      await expectTold(tells);
    });

    it("embeddings", async () => {
      const { usage: told } = await client().embeddings.create({ model, input: "hi there" });
      expect(told).toEqual({ prompt_tokens: 2000, total_tokens: 2000 });
      await expectTold({ input: 2000, output: null });
    });
  });

  describe("anthropic", () => {
    const client = () => new Anthropic({ baseURL: mock.url, apiKey: "k", defaultHeaders: headers });
    const usage = {
      input_tokens: 200,
      cache_read_input_tokens: 1500,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 0 },
      output_tokens: 200 + words,
    };
    const tells = { input: 2000, cacheRead: 1500, cacheWrite: 300, output: 200 + words, reasoning: 200 };

    it("messages", async () => {
      expect((await client().messages.create({ model, max_tokens: 500, messages })).usage).toMatchObject(usage);
      await expectTold(tells);
    });

    it.each(["none", "deltas", "delta-full"])("messages, streamed, odd way %s", async (quirk) => {
      const odd = quirk === "none" ? {} : { "x-mock-usage": quirk };
      const stream = client().messages.stream({ model, max_tokens: 500, messages }, { headers: odd });
      expect((await stream.finalMessage()).usage).toMatchObject(usage);
      await expectTold(tells);
    });

    it("a count of tokens", async () => {
      const counted = await client().messages.countTokens({ model: "m", messages });
      expect(counted.input_tokens).toBe(2);
    });
  });

  describe("google", () => {
    const client = () => new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: mock.url, headers } });
    const usage = {
      promptTokenCount: 2000,
      cachedContentTokenCount: 1500,
      candidatesTokenCount: words,
      thoughtsTokenCount: 200,
      totalTokenCount: 2200 + words,
    };
    const tells = { input: 2000, cacheRead: 1500, output: 200 + words, reasoning: 200 };

    it("generateContent", async () => {
      const answer = await client().models.generateContent({ model, contents: "hi there" });
      expect(answer.usageMetadata).toMatchObject(usage);
      await expectTold(tells);
    });

    it("generateContentStream", async () => {
      let last: unknown;
      const stream = await client().models.generateContentStream({ model, contents: "hi there" });
      for await (const chunk of stream) last = chunk.usageMetadata;
      expect(last).toMatchObject(usage);
      await expectTold(tells);
    });
  });
});

it("openai's stream reads lines that end with CR, in pieces", async () => {
  const headers = { "x-mock-cr-lines": "1", "x-mock-split": "5" };
  const client = new OpenAI({ baseURL: `${mock.url}/v1`, apiKey: "k", defaultHeaders: headers });
  const asked = { stream: true as const, stream_options: { include_usage: true } };
  const stream = await client.chat.completions.create({ model, messages, ...asked });
  let tokens = 0;
  for await (const chunk of stream) tokens += chunk.usage?.prompt_tokens ?? 0;
  expect(tokens).toBe(2000);
});
