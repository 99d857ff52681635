// Tests what the mock answers to the clients of OpenAI.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { speak } from "../../src/mock/speech.ts";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { vectorOf } from "../../src/mock/vectors.ts";
import { framesOf, post } from "./client.ts";

let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0, now: () => 1_700_000_000_999 });
});
afterAll(() => mock.close());

const chat = { model: "gpt-x", messages: [{ role: "user", content: "hi there" }] };
const spoken = speak("hi there");

describe("chat completions", () => {
  it("answers with one object", async () => {
    const res = await post(`${mock.url}/v1/chat/completions`, chat);
    const completion_tokens = spoken.pieces.length;
    expect(res.status).toBe(200);
    expect(res.headers.get("content-type")).toBe("application/json");
    expect(res.headers.get("x-request-id")).toMatch(/^req_mock/);
    expect(await res.json()).toEqual({
      id: expect.stringMatching(/^chatcmpl-mock/),
      object: "chat.completion",
      created: 1_700_000_000,
      model: "gpt-x",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: spoken.text, refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        ...{ prompt_tokens: 2, completion_tokens, total_tokens: completion_tokens + 2 },
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    });
  });

  it("streams one chunk per word and ends with [DONE]", async () => {
    const res = await post(`${mock.url}/v1/chat/completions`, { ...chat, stream: true });
    expect(res.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const frames = framesOf(await res.text());
    expect(frames.at(-1)?.data).toBe("[DONE]");
    const chunks = frames.slice(0, -1).map(({ data }) => JSON.parse(data));
    const contents = chunks.map((chunk) => chunk.choices[0].delta.content);
    expect(contents).toEqual(["", ...spoken.pieces, undefined]);
    expect(chunks.at(-1)).not.toHaveProperty("usage");
    expect(chunks.map((chunk) => chunk.choices[0].finish_reason).filter(Boolean)).toEqual(["stop"]);
  });

  it("adds a last chunk with usage when the request asks for it", async () => {
    const body = { ...chat, stream: true, stream_options: { include_usage: true } };
    const frames = framesOf(await (await post(`${mock.url}/v1/chat/completions`, body)).text());
    const chunks = frames.slice(0, -1).map(({ data }) => JSON.parse(data));
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2 } });
    expect(chunks.slice(0, -1).map((chunk) => chunk.usage)).toEqual(chunks.slice(0, -1).map(() => null));
  });

  it("stops at the token limit", async () => {
    const res = await post(`${mock.url}/v1/chat/completions`, { ...chat, max_tokens: 3 });
    expect(await res.json()).toMatchObject({
      choices: [{ message: { content: spoken.pieces.slice(0, 3).join("") }, finish_reason: "length" }],
      usage: { completion_tokens: 3 },
    });
  });
});

describe("responses", () => {
  const ask = { model: "gpt-x", input: "hi there" };

  it("answers with one object", async () => {
    expect(await (await post(`${mock.url}/v1/responses`, ask)).json()).toMatchObject({
      object: "response",
      status: "completed",
      output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: spoken.text }] }],
      usage: { input_tokens: 2, output_tokens: spoken.pieces.length },
    });
  });

  it("streams named events in order, numbered without a gap", async () => {
    const frames = framesOf(await (await post(`${mock.url}/v1/responses`, { ...ask, stream: true })).text());
    const events = frames.map(({ data }) => JSON.parse(data));
    expect(frames.map(({ event }) => event)).toEqual(events.map(({ type }) => type));
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, i) => i));
    const deltas = events.filter(({ type }) => type === "response.output_text.delta");
    expect(deltas.map(({ delta }) => delta)).toEqual(spoken.pieces);
    expect(events.at(0)?.type).toBe("response.created");
    expect(events.at(-1)).toMatchObject({ type: "response.completed", response: { status: "completed" } });
  });

  it("says when the token limit ended it", async () => {
    const res = await post(`${mock.url}/v1/responses`, { ...ask, max_output_tokens: 2 });
    const body = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    expect(await res.json()).toMatchObject(body);
  });
});

describe("embeddings", () => {
  const embed = async (body: object) => (await post(`${mock.url}/v1/embeddings`, { model: "e", ...body })).json();
  // JSON carries the nearest doubles of the floats.
  const expected = (text: string, dimensions = 16) => Array.from(vectorOf(text, dimensions));

  it("gives one vector per input, in order", async () => {
    expect(await embed({ input: ["a", "b"] })).toEqual({
      object: "list",
      model: "e",
      data: [
        { object: "embedding", index: 0, embedding: expected("a") },
        { object: "embedding", index: 1, embedding: expected("b") },
      ],
      usage: { prompt_tokens: 2, total_tokens: 2 },
    });
  });

  it("gives the same numbers as base64, which is what the SDK asks for", async () => {
    const { data } = (await embed({ input: "a", encoding_format: "base64" })) as { data: [{ embedding: string }] };
    const bytes = Buffer.from(data[0].embedding, "base64");
    const floats = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
    expect(floats).toEqual(expected("a"));
  });

  it("gives the requested number of dimensions, with length 1", async () => {
    const { data } = (await embed({ input: [1, 2, 3], dimensions: 333 })) as { data: [{ embedding: number[] }] };
    expect(data[0].embedding).toEqual(expected("1 2 3", 333));
    expect(Math.hypot(...data[0].embedding)).toBeCloseTo(1, 5);
  });

  it.each([
    ["an empty list", { input: [] }],
    ["a mixed list", { input: ["a", 1] }],
    ["an object", { input: {} }],
    ["too many", { input: Array(2049).fill("a") }],
    ["no dimensions", { input: "a", dimensions: 0 }],
    ["half a dimension", { input: "a", dimensions: 1.5 }],
    ["too many dimensions", { input: "a", dimensions: 4097 }],
  ])("refuses %s", async (_name, body) => {
    const res = await post(`${mock.url}/v1/embeddings`, { model: "e", ...body });
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });
});

describe("uploads", () => {
  const upload = (path: string, fields: Record<string, string | Blob>) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return fetch(mock.url + path, { method: "POST", body: form });
  };
  const file = new File([Buffer.alloc(70_001, 7)], "speech.wav");

  it("counts the bytes of a file", async () => {
    expect(await (await upload("/v1/files", { purpose: "user_data", file })).json()).toEqual({
      id: expect.stringMatching(/^file-mock/),
      object: "file",
      bytes: 70_001,
      created_at: 1_700_000_000,
      filename: "speech.wav",
      purpose: "user_data",
      status: "processed",
    });
  });

  it.each([
    [
      "json",
      '{"text":"The mock provider received 70001 bytes of speech.wav.","usage":{"type":"duration","seconds":3}}',
    ],
    ["text", "The mock provider received 70001 bytes of speech.wav.\n"],
  ])("transcribes as %s", async (response_format, body) => {
    const res = await upload("/v1/audio/transcriptions", { model: "whisper-1", response_format, file });
    expect(await res.text()).toBe(body);
  });

  it.each(["/v1/files", "/v1/audio/transcriptions"])("refuses %s without a file", async (path) => {
    const res = await upload(path, { purpose: "user_data" });
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({ error: { message: "Missing required parameter: 'file'." } });
  });

  it("refuses a body that is not a form", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    expect((await post(`${mock.url}/v1/files`, "not a form", headers)).status).toBe(400);
    expect((await post(`${mock.url}/v1/files`, "{}")).status).toBe(400);
  });
});

describe("models", () => {
  it("lists all, and returns each by its name", async () => {
    const list = (await (await fetch(`${mock.url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toContain("mock-1");
    for (const model of list.data) {
      expect(await (await fetch(`${mock.url}/v1/models/${model.id}`)).json()).toEqual(model);
    }
  });

  it("answers 404 for any other", async () => {
    const res = await fetch(`${mock.url}/v1/models/gpt-0`);
    expect(res.status).toBe(404);
    expect(await res.json()).toMatchObject({ error: { message: "The model 'gpt-0' does not exist." } });
  });
});
