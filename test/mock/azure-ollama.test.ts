// Tests what the mock answers to the clients of Azure OpenAI and of Ollama.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MODELS } from "../../src/mock/models.ts";
import { speak } from "../../src/mock/speech.ts";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { post } from "./client.ts";

let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0, key: "sk-right" });
});
afterAll(() => mock.close());

const messages = [{ role: "user", content: "hi there" }];
const spoken = speak("hi there");

describe("Azure", () => {
  const KEY = { "api-key": "sk-right" };

  it("has the model in the path of a deployment", async () => {
    const at = `${mock.url}/openai/deployments/gpt-x/chat/completions?api-version=2024-10-21`;
    expect(await (await post(at, { messages }, KEY)).json()).toMatchObject({
      model: "gpt-x",
      choices: [{ message: { content: spoken.text } }],
    });
  });

  it("has the model in the body of its v1 API", async () => {
    const res = await post(`${mock.url}/openai/v1/chat/completions`, { model: "gpt-y", messages }, KEY);
    expect(await res.json()).toMatchObject({ model: "gpt-y" });
  });

  it.each([
    ["/openai/deployments/gpt-x/chat/completions", {}, 401],
    ["/openai/deployments/gpt-x/chat/completions", { "api-key": "sk-wrong" }, 401],
    ["/openai/deployments/gpt-x/nothing", KEY, 404],
    ["/openai/deployments/gpt-x", KEY, 404],
  ])("%s with %j is %i", async (path, headers, status) => {
    expect((await post(mock.url + path, { messages }, headers as Record<string, string>)).status).toBe(status);
  });
});

describe("Ollama", () => {
  const chat = (body: object, headers = {}) =>
    post(`${mock.url}/api/chat`, { model: "llama", messages, ...body }, headers);

  it("streams lines of JSON, without a key", async () => {
    const res = await chat({});
    expect(res.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await res.text()).trimEnd().split("\n");
    const objects = lines.map((line) => JSON.parse(line));
    expect(objects.map(({ message }) => message.content)).toEqual([...spoken.pieces, ""]);
    expect(objects.at(0)).toMatchObject({ model: "llama", done: false });
    expect(objects.at(-1)).toMatchObject({ done: true, done_reason: "stop", eval_count: spoken.pieces.length });
  });

  it("answers with one object when the client asks for no stream", async () => {
    expect(await (await chat({ stream: false })).json()).toMatchObject({
      message: { role: "assistant", content: spoken.text },
      done: true,
      prompt_eval_count: 2,
    });
  });

  it("lists models", async () => {
    expect(await (await fetch(`${mock.url}/api/tags`)).json()).toMatchObject({
      models: MODELS.map(({ id }) => ({ name: id, model: id })),
    });
  });

  it("has errors of its own form", async () => {
    const res = await chat({}, { "x-mock-status": "404" });
    expect(res.status).toBe(404);
    expect(await res.json()).toEqual({ error: expect.any(String) });
  });
});
