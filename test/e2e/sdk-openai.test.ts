// The official OpenAI SDK through the gateway: nothing but base URL and key is changed.

import OpenAI, { toFile } from "openai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { vectorOf } from "../../src/mock/openai/embeddings.ts";
import { speak } from "../../src/mock/speech.ts";
import { expectKeyHidden, expectSilentLogs, type Stage, startStage, TOKEN, UPSTREAM_KEY } from "./sdk-setup.ts";

let stage: Stage;
let openai: OpenAI;
let seenBefore = 0;
beforeAll(async () => {
  stage = await startStage();
  openai = new OpenAI({ baseURL: `${stage.url}/openai/v1`, apiKey: TOKEN });
});
afterAll(async () => {
  await stage.close();
  expectSilentLogs(stage);
});
beforeEach(() => {
  seenBefore = stage.seen.length;
});
afterEach(() => {
  expectKeyHidden(stage.seen.slice(seenBefore), "authorization", `Bearer ${UPSTREAM_KEY}`);
});

const messages = [{ role: "user" as const, content: "Wie spät ist es? 🕰" }];
const spoken = speak("Wie spät ist es? 🕰");

it("chat completion, JSON", async () => {
  const completion = await openai.chat.completions.create({ model: "gpt-x", messages });
  expect(completion.choices[0]?.message.content).toBe(spoken.text);
  expect(completion.usage?.completion_tokens).toBe(spoken.pieces.length);
});

it("chat completion, stream, with usage", async () => {
  const stream_options = { include_usage: true };
  const stream = await openai.chat.completions.create({ model: "gpt-x", messages, stream: true, stream_options });
  const pieces: string[] = [];
  let tokens = 0;
  for await (const chunk of stream) {
    const content = chunk.choices[0]?.delta.content;
    if (content) pieces.push(content);
    tokens = chunk.usage?.completion_tokens ?? tokens;
  }
  expect(pieces).toEqual(spoken.pieces);
  expect(tokens).toBe(spoken.pieces.length);
});

it("chat completion, the SDK's own gathering of a stream", async () => {
  const runner = openai.chat.completions.stream({ model: "gpt-x", messages });
  expect(await runner.finalContent()).toBe(spoken.text);
});

it("responses, JSON and stream", async () => {
  const response = await openai.responses.create({ model: "gpt-x", input: messages });
  expect(response.output_text).toBe(spoken.text);
  const final = await openai.responses.stream({ model: "gpt-x", input: messages }).finalResponse();
  expect(final.output_text).toBe(spoken.text);
});

it.each(["float", "base64", undefined] as const)("embeddings, encoding %s", async (encoding_format) => {
  const ask = { model: "text-embedding-x", input: ["one", "two"] };
  const { data } = await openai.embeddings.create(encoding_format === undefined ? ask : { ...ask, encoding_format });
  const base64 = (vector: Float32Array) => Buffer.from(vector.buffer).toString("base64");
  const expected = ask.input.map((text) => vectorOf(text, 16));
  // Asked for base64 by its caller the SDK hands it on as it is; asked for nothing, it asks for base64 and decodes it.
  expect(data.map(({ embedding }) => embedding)).toEqual(
    expected.map((vector) => (encoding_format === "base64" ? base64(vector) : Array.from(vector))),
  );
});

it("models, list and one", async () => {
  const ids: string[] = [];
  for await (const model of openai.models.list()) ids.push(model.id);
  expect(ids).toContain("mock-1");
  expect((await openai.models.retrieve("mock-1")).owned_by).toBe("mock");
});

describe("multipart uploads", () => {
  const bytes = Buffer.alloc(300_001, "abc");

  it("file", async () => {
    const file = await openai.files.create({ file: await toFile(bytes, "données.jsonl"), purpose: "batch" });
    expect(file).toMatchObject({ bytes: bytes.length, filename: "données.jsonl", purpose: "batch" });
  });

  it("audio", async () => {
    const file = await toFile(bytes, "speech.wav");
    const { text } = await openai.audio.transcriptions.create({ file, model: "whisper-1" });
    expect(text).toBe(`The mock provider received ${bytes.length} bytes of speech.wav.`);
  });
});

describe("errors of the provider reach the SDK as its own", () => {
  const failing = async (status: number): Promise<unknown> =>
    openai.chat.completions
      .create({ model: "gpt-x", messages }, { maxRetries: 0, headers: { "x-mock-status": String(status) } })
      .catch((err: unknown) => err);

  it.each([
    [400, OpenAI.BadRequestError, "invalid_request_error"],
    [404, OpenAI.NotFoundError, "invalid_request_error"],
    [429, OpenAI.RateLimitError, "requests"],
    [503, OpenAI.InternalServerError, "server_error"],
  ])("%i", async (status, type, word) => {
    const err = await failing(status);
    expect(err).toBeInstanceOf(type);
    expect(err).toMatchObject({ status, type: word });
  });
});

describe("an AbortController", () => {
  it("mid-stream ends the stream at the provider", async () => {
    const before = stage.mock.stats;
    const leave = new AbortController();
    const headers = { "x-mock-pace-ms": "60000" };
    const stream = await openai.chat.completions.create(
      { model: "gpt-x", messages, stream: true },
      { signal: leave.signal, headers },
    );
    for await (const _chunk of stream) {
      expect(stage.mock.stats.openStreams).toBe(before.openStreams + 1);
      leave.abort();
    }
    await stage.mock.until(({ abortedStreams }) => abortedStreams === before.abortedStreams + 1);
    expect(stage.mock.stats.openStreams).toBe(before.openStreams);
    await stage.gateway.completed(({ outcome, status }) => outcome === "client_closed" && status === 200);
  });

  it("before the head ends the request at the provider", async () => {
    const before = stage.mock.stats;
    const leave = new AbortController();
    const headers = { "x-mock-delay-ms": "600000" };
    const answer = openai.chat.completions.create({ model: "gpt-x", messages }, { signal: leave.signal, headers });
    const refused = expect(answer).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await stage.mock.until(({ openRequests }) => openRequests === before.openRequests + 1);
    leave.abort();
    await refused;
    await stage.mock.until(({ abortedRequests }) => abortedRequests === before.abortedRequests + 1);
    expect(stage.mock.stats.openRequests).toBe(before.openRequests);
    await stage.gateway.completed(({ outcome, status }) => outcome === "client_closed" && status === 499);
  });
});
