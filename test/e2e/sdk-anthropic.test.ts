// The official Anthropic SDK through the gateway: nothing but base URL and key is changed.

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
  // The token's other place is cleared too: an `authorization` of the client never goes along.
  for (const { rawHeaders } of seen)
    expect(rawHeaders.map((text) => text.toLowerCase())).not.toContain("authorization");
});

const ask = { model: "claude-x", max_tokens: 1000, messages: [{ role: "user" as const, content: "Quelle heure ? 🕰" }] };
const spoken = speak("Quelle heure ? 🕰");

// An API key goes out as `x-api-key`, an auth token as `authorization`: the demo's config takes the gateway's token from either.
describe.each([
  ["as API key", { apiKey: TOKEN, authToken: null }],
  ["as auth token", { apiKey: null, authToken: TOKEN }],
])("the token %s", (_name, credentials) => {
  const client = () => new Anthropic({ baseURL: `${stage.url}/anthropic`, ...credentials });

  it("message, JSON", async () => {
    const message = await client().messages.create(ask);
    expect(message.content).toEqual([{ type: "text", text: spoken.text, citations: null }]);
    expect(message.stop_reason).toBe("end_turn");
    expect(message.usage.output_tokens).toBe(spoken.pieces.length);
  });

  it("message, stream of events", async () => {
    const texts: string[] = [];
    const types: string[] = [];
    for await (const event of await client().messages.create({ ...ask, stream: true })) {
      types.push(event.type);
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") texts.push(event.delta.text);
    }
    expect(texts).toEqual(spoken.pieces);
    expect([types.at(0), types.at(-1)]).toEqual(["message_start", "message_stop"]);
  });

  it("message, the SDK's own gathering of a stream", async () => {
    const message = await client().messages.stream(ask).finalMessage();
    expect(message.content).toMatchObject([{ type: "text", text: spoken.text }]);
    expect(message).toMatchObject({ stop_reason: "end_turn", usage: { output_tokens: spoken.pieces.length } });
  });

  it("tokens and models", async () => {
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
  ])("an error %i of the provider reaches the SDK as its own", async (status, type) => {
    const options = { maxRetries: 0, headers: { "x-mock-status": String(status) } };
    const err: unknown = await client()
      .messages.create(ask, options)
      .catch((reason: unknown) => reason);
    expect(err).toBeInstanceOf(type);
    expect(err).toMatchObject({ status, requestID: expect.stringMatching(/^req_mock/) });
  });

  it("an AbortController mid-stream ends the stream at the provider", async () => {
    const before = stage.mock.stats;
    const leave = new AbortController();
    const options = { signal: leave.signal, headers: { "x-mock-pace-ms": "60000" } };
    for await (const _event of await client().messages.create({ ...ask, stream: true }, options)) {
      expect(stage.mock.stats.openStreams).toBe(before.openStreams + 1);
      leave.abort();
    }
    await stage.mock.until(({ abortedStreams }) => abortedStreams === before.abortedStreams + 1);
    expect(stage.mock.stats.openStreams).toBe(before.openStreams);
  });
});
