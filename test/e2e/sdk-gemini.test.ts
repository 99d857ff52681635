// Checks that Gemini's clients work through the gateway when only their base URL and key are changed: the requests of Google's SDKs.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { speak } from "../../src/mock/speech.ts";
import { framesOf } from "../mock/client.ts";
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
  expectKeyHidden(stage.seen.slice(seenBefore), "x-goog-api-key", UPSTREAM_KEY);
});

const text = "Ke hora es? 🕰";
const ask = { contents: [{ role: "user", parts: [{ text }] }], generationConfig: { temperature: 0.5 } };
const spoken = speak(text);

/** As @google/genai 2.32 and google-genai 3.6 (Python) send it: the second one asks for `v1`. */
const call = (verb: string, body: object, version = "v1beta", headers: Record<string, string> = {}) =>
  fetch(`${stage.url}/gemini/${version}/models/gemini-x:${verb}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": TOKEN, "x-goog-api-client": "x", ...headers },
    body: JSON.stringify(body),
  });

describe.each(["v1beta", "v1"])("with version %s of the API", (version) => {
  it("a client gets an answer as JSON", async () => {
    expect(await (await call("generateContent", ask, version)).json()).toMatchObject({
      candidates: [{ content: { role: "model", parts: [{ text: spoken.text }] }, finishReason: "STOP" }],
      usageMetadata: { candidatesTokenCount: spoken.pieces.length },
    });
  });

  it("a client gets an answer as events", async () => {
    const res = await call("streamGenerateContent?alt=sse", ask, version);
    expect(res.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const chunks = framesOf(await res.text()).map(({ data }) => JSON.parse(data));
    expect(chunks.map(({ candidates }) => candidates[0].content.parts[0].text)).toEqual(spoken.pieces);
  });
});

it("a client gets an answer as one JSON array", async () => {
  const chunks = (await (await call("streamGenerateContent", ask)).json()) as unknown[];
  expect(chunks.length).toBe(spoken.pieces.length);
});

it("a client counts tokens, asks for embeddings and lists models", async () => {
  expect(await (await call("countTokens", ask)).json()).toHaveProperty("totalTokens");
  const content = { parts: [{ text }] };
  expect(await (await call("embedContent", { content })).json()).toHaveProperty("embedding.values");
  expect(await (await call("batchEmbedContents", { requests: [{ content }] })).json()).toHaveProperty("embeddings");
  const models = await fetch(`${stage.url}/gemini/v1beta/models?pageSize=2`, { headers: { "x-goog-api-key": TOKEN } });
  expect(await models.json()).toHaveProperty("models");
});

it("a client gets the provider's error as it is", async () => {
  const res = await call("generateContent", ask, "v1beta", { "x-mock-status": "429" });
  expect(res.status).toBe(429);
  expect(await res.json()).toMatchObject({ error: { code: 429, status: "RESOURCE_EXHAUSTED" } });
});
