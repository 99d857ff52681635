// Tests what the mock answers to the clients of Gemini.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MODELS } from "../../src/mock/models.ts";
import { speak } from "../../src/mock/speech.ts";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { vectorOf } from "../../src/mock/vectors.ts";
import { framesOf, post } from "./client.ts";

let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0, key: "sk-right" });
});
afterAll(() => mock.close());

const KEY = { "x-goog-api-key": "sk-right" };
const ask = { contents: [{ role: "user", parts: [{ text: "hi there" }] }] };
const spoken = speak("hi there");
const call = (verb: string, body: unknown = ask, headers: Record<string, string> = {}, model = "gemini-x") =>
  post(`${mock.url}/v1beta/models/${model}:${verb}`, body, { ...KEY, ...headers });
const usage = (output: number) => ({
  promptTokenCount: 2,
  candidatesTokenCount: output,
  totalTokenCount: output + 2,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: 2 }],
});

describe("generateContent", () => {
  it("answers with one object", async () => {
    const res = await call("generateContent");
    expect(res.status).toBe(200);
    expect(await res.json()).toEqual({
      candidates: [{ content: { parts: [{ text: spoken.text }], role: "model" }, finishReason: "STOP", index: 0 }],
      usageMetadata: usage(spoken.pieces.length),
      modelVersion: "gemini-x",
      responseId: expect.stringMatching(/^mock/),
    });
  });

  it.each([
    ["a content without a role", { contents: [{ parts: [{ text: "hi there" }] }] }],
    ["parts without a list", { contents: { parts: { text: "hi there" } } }],
    ["context before the question", { contents: [{ role: "user", parts: [{ text: "date" }, { text: "hi there" }] }] }],
    ["an answer in between", { contents: [{ role: "model", parts: [{ text: "yes?" }] }, ...ask.contents] }],
  ])("understands %s", async (_name, body) => {
    expect(await (await call("generateContent", body)).json()).toMatchObject({
      candidates: [{ content: { parts: [{ text: spoken.text }] } }],
    });
  });

  it("stops at maxOutputTokens", async () => {
    const body = { ...ask, generationConfig: { maxOutputTokens: 4 } };
    expect(await (await call("generateContent", body)).json()).toMatchObject({
      candidates: [{ finishReason: "MAX_TOKENS" }],
      usageMetadata: { candidatesTokenCount: 4 },
    });
  });

  it("takes the behaviour of a model from the path", async () => {
    expect((await call("generateContent", ask, {}, "mock-unavailable")).status).toBe(503);
    expect((await call("generateContent", ask, {}, "mock-long")).status).toBe(200);
  });

  it("is served under v1, too: the newest Python SDK asks there", async () => {
    const res = await post(`${mock.url}/v1/models/gemini-x:generateContent`, ask, KEY);
    expect(await res.json()).toMatchObject({ modelVersion: "gemini-x" });
  });
});

describe("streamGenerateContent", () => {
  const texts = (chunks: { candidates: { content: { parts: { text: string }[] } }[] }[]) =>
    chunks.map(({ candidates }) => candidates[0]?.content.parts[0]?.text);

  it("streams events with alt=sse", async () => {
    const res = await call("streamGenerateContent?alt=sse");
    expect(res.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const chunks = framesOf(await res.text()).map(({ data }) => JSON.parse(data));
    expect(texts(chunks)).toEqual(spoken.pieces);
    expect(chunks.map(({ candidates }) => candidates[0].finishReason).filter(Boolean)).toEqual(["STOP"]);
    expect(chunks.at(-1).usageMetadata).toEqual(usage(spoken.pieces.length));
    expect(chunks.at(0).usageMetadata).toEqual(usage(1));
  });

  it("streams one JSON array without it", async () => {
    const res = await call("streamGenerateContent");
    expect(res.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const chunks = JSON.parse(await res.text());
    expect(texts(chunks)).toEqual(spoken.pieces);
  });
});

it("counts the same tokens as the usage of the answer", async () => {
  const body = { ...ask, systemInstruction: { parts: [{ text: "Be brief, please." }] } };
  const { totalTokens } = (await (await call("countTokens", body)).json()) as { totalTokens: number };
  const whole = await call("countTokens", { generateContentRequest: { model: "models/gemini-x", ...body } });
  expect(totalTokens).toBeGreaterThan(2);
  expect(await whole.json()).toMatchObject({ totalTokens });
  expect(await (await call("generateContent", body)).json()).toMatchObject({
    usageMetadata: { promptTokenCount: totalTokens },
  });
});

describe("embeddings", () => {
  const content = (text: string) => ({ parts: [{ text }] });
  const values = (text: string, size = 16) => Array.from(vectorOf(text, size));

  it("of one text and of several", async () => {
    expect(await (await call("embedContent", { content: content("a") })).json()).toEqual({
      embedding: { values: values("a") },
    });
    const requests = [{ content: content("a") }, { content: content("b"), outputDimensionality: 3 }];
    expect(await (await call("batchEmbedContents", { requests })).json()).toEqual({
      embeddings: [{ values: values("a") }, { values: values("b", 3) }],
    });
  });

  it.each([
    ["embedContent", { content: content("a"), outputDimensionality: 0 }],
    ["batchEmbedContents", { requests: [{ content: content("a"), outputDimensionality: 9999 }] }],
    ["batchEmbedContents", { requests: "a" }],
    ["batchEmbedContents", { requests: Array(101).fill({}) }],
  ])("%s refuses what can't be had", async (verb, body) => {
    const res = await call(verb, body);
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({ error: { code: 400, status: "INVALID_ARGUMENT" } });
  });
});

it.each(["v1beta", "v1"])("lists models under %s in Google's form", async (version) => {
  const list = await (await fetch(`${mock.url}/${version}/models`, { headers: KEY })).json();
  expect(list).toMatchObject({ models: MODELS.map(({ id }) => ({ name: `models/${id}` })) });
  const one = await fetch(`${mock.url}/${version}/models/mock-1`, { headers: KEY });
  expect(await one.json()).toMatchObject({ name: "models/mock-1", displayName: "mock-1" });
  const none = await fetch(`${mock.url}/${version}/models/nope`, { headers: KEY });
  expect(await none.json()).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
});

describe("the key", () => {
  const at = (query: string, headers: Record<string, string>) =>
    post(`${mock.url}/v1beta/models/gemini-x:generateContent${query}`, ask, headers);

  it.each([
    ["in the header", "", KEY],
    ["in the query", "?key=sk-right", {}],
    ["as a bearer token", "", { authorization: "Bearer sk-right" }],
  ])("is taken %s", async (_name, query, headers) => {
    expect((await at(query, headers as Record<string, string>)).status).toBe(200);
  });

  it.each([
    ["none", "", {}],
    ["wrong", "", { "x-goog-api-key": "sk-wrong" }],
    ["wrong in the query", "?key=sk-wrong", {}],
    ["in another provider's header", "", { "x-api-key": "sk-right" }],
  ])("%s is a 400, as from Google", async (_name, query, headers) => {
    const res = await at(query, headers as Record<string, string>);
    expect(res.status).toBe(400);
    expect(await res.json()).toEqual({
      error: { code: 400, message: "API key not valid. Please pass a valid API key.", status: "INVALID_ARGUMENT" },
    });
  });
});

describe("errors", () => {
  it.each([
    [400, "INVALID_ARGUMENT"],
    [403, "PERMISSION_DENIED"],
    [404, "NOT_FOUND"],
    [418, "INVALID_ARGUMENT"],
    [500, "INTERNAL"],
    [503, "UNAVAILABLE"],
    [504, "DEADLINE_EXCEEDED"],
  ])("x-mock-status %i", async (code, status) => {
    const res = await call("generateContent", ask, { "x-mock-status": String(code) });
    expect(res.status).toBe(code);
    expect(await res.json()).toEqual({ error: { code, message: expect.any(String), status } });
  });

  it("a 429 says in its body how long to wait", async () => {
    const res = await call("generateContent", ask, { "x-mock-status": "429" });
    expect(res.headers.get("retry-after")).toBe(null);
    expect(await res.json()).toMatchObject({
      error: { status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "1s" }] },
    });
  });

  it("an error of a stream as a JSON array is in an array", async () => {
    expect(await (await call("streamGenerateContent", {})).json()).toEqual([
      { error: { code: 400, message: "* contents is not specified", status: "INVALID_ARGUMENT" } },
    ]);
    const events = await call("streamGenerateContent?alt=sse", {});
    expect(await events.json()).toMatchObject({ error: { code: 400 } });
  });

  it("an unknown verb is a 404", async () => {
    expect((await call("predict")).status).toBe(404);
  });
});
