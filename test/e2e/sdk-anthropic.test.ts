// Checks that the official Anthropic SDK works through the gateway when only its base URL and key are changed.

import Anthropic from "@anthropic-ai/sdk";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { speak } from "../../src/mock/speech.ts";
import { expectKeyHidden, expectSilentLogs, type Stage, startStage, TOKEN, UPSTREAM_KEY } from "./sdk-setup.ts";

let stage: Stage;
let seenBefore = 0;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(async () => {
  await stage.close();
  expectSilentLogs(stage);
});
beforeEach(() => {
  seenBefore = stage.seen.length;
});
afterEach(() => {
  const seen = stage.seen.slice(seenBefore);
  expectKeyHidden(seen, "x-api-key", UPSTREAM_KEY);
  // The token may come in `authorization` too, so the gateway removes that header from every request.
  for (const { rawHeaders } of seen)
    expect(rawHeaders.map((text) => text.toLowerCase())).not.toContain("authorization");
});

const ask = { model: "claude-x", max_tokens: 1000, messages: [{ role: "user" as const, content: "Quelle heure ? 🕰" }] };
const spoken = speak("Quelle heure ? 🕰");

// The wrong token never goes upstream, so what the other tests check of the upstream's requests is checked for one right request.
it("a wrong token is reported in words that Claude Code shows", async () => {
  const options = { baseURL: `${stage.url}/anthropic`, authToken: null };
  const err: unknown = await new Anthropic({ ...options, apiKey: "wrong" }).messages
    .create(ask)
    .catch((reason) => reason);
  expect(err).toBeInstanceOf(Anthropic.AuthenticationError);
  const { message } = err as Error;
  expect(message).toContain("no valid gateway token");
  expect(message).toContain("the header for Anthropic API keys");
  // Claude Code 2.1.197 replaces a message that contains this name by "Not logged in · Please run /login".
  expect(message.toLowerCase()).not.toContain("x-api-key");
  await new Anthropic({ ...options, apiKey: TOKEN }).messages.create(ask);
});

// The SDK sends an API key as `x-api-key` and an auth token as `authorization`. The demo's config accepts the gateway's
// token in either.
describe.each([
  ["as API key", { apiKey: TOKEN, authToken: null }],
  ["as auth token", { apiKey: null, authToken: TOKEN }],
])("a client that sends the token %s", (_name, credentials) => {
  const client = () => new Anthropic({ baseURL: `${stage.url}/anthropic`, ...credentials });

  it("gets a message as JSON", async () => {
    const message = await client().messages.create(ask);
    expect(message.content).toEqual([{ type: "text", text: spoken.text, citations: null }]);
    expect(message.stop_reason).toBe("end_turn");
    expect(message.usage.output_tokens).toBe(spoken.pieces.length);
  });

  it("gets a message as a stream of events", async () => {
    const texts: string[] = [];
    const types: string[] = [];
    for await (const event of await client().messages.create({ ...ask, stream: true })) {
      types.push(event.type);
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") texts.push(event.delta.text);
    }
    expect(texts).toEqual(spoken.pieces);
    expect([types.at(0), types.at(-1)]).toEqual(["message_start", "message_stop"]);
  });

  it("gets a message that the SDK puts together from a stream", async () => {
    const message = await client().messages.stream(ask).finalMessage();
    expect(message.content).toMatchObject([{ type: "text", text: spoken.text }]);
    expect(message).toMatchObject({ stop_reason: "end_turn", usage: { output_tokens: spoken.pieces.length } });
  });

  it("counts tokens and lists models", async () => {
    const { input_tokens } = await client().messages.countTokens({ model: ask.model, messages: ask.messages });
    expect(input_tokens).toBe((await client().messages.create(ask)).usage.input_tokens);
    const ids: string[] = [];
    for await (const model of client().models.list()) ids.push(model.id);
    expect(ids).toContain("mock-1");
  });

  it.each([
    [400, Anthropic.BadRequestError],
    [429, Anthropic.RateLimitError],
    [529, Anthropic.InternalServerError],
  ])("gets the provider's error %i as an error class of the SDK", async (status, type) => {
    const options = { maxRetries: 0, headers: { "x-mock-status": String(status) } };
    const err: unknown = await client()
      .messages.create(ask, options)
      .catch((reason: unknown) => reason);
    expect(err).toBeInstanceOf(type);
    expect(err).toMatchObject({ status, requestID: expect.stringMatching(/^req_mock/) });
  });

  it("ends the stream at the provider when an AbortController aborts in the middle", async () => {
    const before = stage.mock.stats;
    const controller = new AbortController();
    const options = { signal: controller.signal, headers: { "x-mock-pace-ms": "60000" } };
    for await (const _event of await client().messages.create({ ...ask, stream: true }, options)) {
      expect(stage.mock.stats.openStreams).toBe(before.openStreams + 1);
      controller.abort();
    }
    await stage.mock.until(({ abortedStreams }) => abortedStreams === before.abortedStreams + 1);
    expect(stage.mock.stats.openStreams).toBe(before.openStreams);
  });
});
