// Checks that the official OpenAI SDK works through the gateway when only its base URL and key are changed.

import OpenAI, { toFile } from "openai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { speak } from "../../src/mock/speech.ts";
import { vectorOf } from "../../src/mock/vectors.ts";
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

it("the SDK gets a chat completion as JSON", async () => {
  const completion = await openai.chat.completions.create({ model: "gpt-x", messages });
  expect(completion.choices[0]?.message.content).toBe(spoken.text);
  expect(completion.usage?.completion_tokens).toBe(spoken.pieces.length);
});

it("the SDK gets a chat completion as a stream, with usage", async () => {
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

it("the SDK puts a chat completion together from a stream", async () => {
  const runner = openai.chat.completions.stream({ model: "gpt-x", messages });
  expect(await runner.finalContent()).toBe(spoken.text);
});

it("the SDK gets responses as JSON and as a stream", async () => {
  const response = await openai.responses.create({ model: "gpt-x", input: messages });
  expect(response.output_text).toBe(spoken.text);
  const final = await openai.responses.stream({ model: "gpt-x", input: messages }).finalResponse();
  expect(final.output_text).toBe(spoken.text);
});

it.each(["float", "base64", undefined] as const)(
  "the SDK gets embeddings with encoding %s",
  async (encoding_format) => {
    const ask = { model: "text-embedding-x", input: ["one", "two"] };
    const { data } = await openai.embeddings.create(encoding_format === undefined ? ask : { ...ask, encoding_format });
    const base64 = (vector: Float32Array) => Buffer.from(vector.buffer).toString("base64");
    const expected = ask.input.map((text) => vectorOf(text, 16));
    // When its caller asks for base64, the SDK returns base64. When its caller names no encoding, the SDK asks for base64 and
    // decodes it.
    expect(data.map(({ embedding }) => embedding)).toEqual(
      expected.map((vector) => (encoding_format === "base64" ? base64(vector) : Array.from(vector))),
    );
  },
);

it("the SDK lists models and gets one", async () => {
  const ids: string[] = [];
  for await (const model of openai.models.list()) ids.push(model.id);
  expect(ids).toContain("mock-1");
  expect((await openai.models.retrieve("mock-1")).owned_by).toBe("mock");
});

describe("a multipart upload", () => {
  const bytes = Buffer.alloc(300_001, "abc");

  it("of a file arrives whole", async () => {
    const file = await openai.files.create({ file: await toFile(bytes, "données.jsonl"), purpose: "batch" });
    expect(file).toMatchObject({ bytes: bytes.length, filename: "données.jsonl", purpose: "batch" });
  });

  it("of audio arrives whole", async () => {
    const file = await toFile(bytes, "speech.wav");
    const { text } = await openai.audio.transcriptions.create({ file, model: "whisper-1" });
    expect(text).toBe(`The mock provider received ${bytes.length} bytes of speech.wav.`);
  });
});

describe("an error of the provider", () => {
  const failing = async (status: number): Promise<unknown> =>
    openai.chat.completions
      .create({ model: "gpt-x", messages }, { maxRetries: 0, headers: { "x-mock-status": String(status) } })
      .catch((err: unknown) => err);

  it.each([
    [400, OpenAI.BadRequestError, "invalid_request_error"],
    [404, OpenAI.NotFoundError, "invalid_request_error"],
    [429, OpenAI.RateLimitError, "requests"],
    [503, OpenAI.InternalServerError, "server_error"],
  ])("%i becomes an error class of the SDK", async (status, errorClass, type) => {
    const err = await failing(status);
    expect(err).toBeInstanceOf(errorClass);
    expect(err).toMatchObject({ status, type });
  });
});

describe("an AbortController", () => {
  it("that aborts in the middle of a stream ends it at the provider", async () => {
    const before = stage.mock.stats;
    const controller = new AbortController();
    const headers = { "x-mock-pace-ms": "60000" };
    const stream = await openai.chat.completions.create(
      { model: "gpt-x", messages, stream: true },
      { signal: controller.signal, headers },
    );
    for await (const _chunk of stream) {
      expect(stage.mock.stats.openStreams).toBe(before.openStreams + 1);
      controller.abort();
    }
    await stage.mock.until(({ abortedStreams }) => abortedStreams === before.abortedStreams + 1);
    expect(stage.mock.stats.openStreams).toBe(before.openStreams);
    await stage.gateway.completed(({ outcome, status }) => outcome === "client_closed" && status === 200);
  });

  it("that aborts before the response headers ends the request at the provider", async () => {
    const before = stage.mock.stats;
    const controller = new AbortController();
    const headers = { "x-mock-delay-ms": "600000" };
    const answer = openai.chat.completions.create({ model: "gpt-x", messages }, { signal: controller.signal, headers });
    const refused = expect(answer).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await stage.mock.until(({ openRequests }) => openRequests === before.openRequests + 1);
    controller.abort();
    await refused;
    await stage.mock.until(({ abortedRequests }) => abortedRequests === before.abortedRequests + 1);
    expect(stage.mock.stats.openRequests).toBe(before.openRequests);
    await stage.gateway.completed(({ outcome, status }) => outcome === "client_closed" && status === 499);
  });
});
