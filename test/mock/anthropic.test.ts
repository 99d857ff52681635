// Tests what the mock answers to the clients of Anthropic.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MODELS } from "../../src/mock/models.ts";
import { speak } from "../../src/mock/speech.ts";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { framesOf, post } from "./client.ts";

let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0 });
});
afterAll(() => mock.close());

const ask = { model: "claude-x", max_tokens: 1000, messages: [{ role: "user", content: "hi there" }] };
const spoken = speak("hi there");

describe("messages", () => {
  it("answers with one message", async () => {
    const res = await post(`${mock.url}/v1/messages`, ask);
    expect(res.headers.get("request-id")).toMatch(/^req_mock/);
    expect(await res.json()).toEqual({
      id: expect.stringMatching(/^msg_mock/),
      type: "message",
      role: "assistant",
      model: "claude-x",
      content: [{ type: "text", text: spoken.text, citations: null }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: {
        input_tokens: 2,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: spoken.pieces.length,
        service_tier: "standard",
      },
    });
  });

  it("streams the events of the API in their order", async () => {
    const frames = framesOf(await (await post(`${mock.url}/v1/messages`, { ...ask, stream: true })).text());
    const events = frames.map(({ data }) => JSON.parse(data));
    expect(frames.map(({ event }) => event)).toEqual(events.map(({ type }) => type));
    expect(events.map(({ type }) => type)).toEqual([
      "message_start",
      "content_block_start",
      "ping",
      ...spoken.pieces.map(() => "content_block_delta"),
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    const texts = events.filter(({ type }) => type === "content_block_delta").map(({ delta }) => delta.text);
    expect(texts).toEqual(spoken.pieces);
    expect(events.at(-2)).toEqual({
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: spoken.pieces.length },
    });
  });

  it("stops at max_tokens", async () => {
    const message = await (await post(`${mock.url}/v1/messages`, { ...ask, max_tokens: 4 })).json();
    expect(message).toMatchObject({ stop_reason: "max_tokens", usage: { output_tokens: 4 } });
  });

  it.each(["model", "max_tokens", "messages"])("requires %s", async (key) => {
    const { [key]: _left, ...rest } = ask as Record<string, unknown>;
    const res = await post(`${mock.url}/v1/messages`, rest);
    expect(res.status).toBe(400);
    expect(await res.json()).toEqual({
      type: "error",
      error: { type: "invalid_request_error", message: `${key}: Field required` },
      request_id: expect.any(String),
    });
  });
});

it("counts the same tokens as the usage of the message", async () => {
  const body = { model: "claude-x", system: "Be brief, please.", messages: ask.messages };
  const counted = (await (await post(`${mock.url}/v1/messages/count_tokens`, body)).json()) as { input_tokens: number };
  const message = await (await post(`${mock.url}/v1/messages`, { ...body, max_tokens: 9 })).json();
  expect(counted.input_tokens).toBeGreaterThan(2);
  expect(message).toMatchObject({ usage: counted });
});

it("lists models in Anthropic's format for its clients", async () => {
  const res = await fetch(`${mock.url}/v1/models`, { headers: { "anthropic-version": "2023-06-01" } });
  expect(await res.json()).toMatchObject({
    has_more: false,
    first_id: "mock-1",
    data: MODELS.map(({ id }) => ({ type: "model", id })),
  });
});
