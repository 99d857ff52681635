// Tests what is the same for all endpoints of the mock: keys, errors, settings.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SETTINGS } from "../../src/mock/answer-settings.ts";
import { MODELS } from "../../src/mock/models.ts";
import { type Mock, type SeenRequest, startMock } from "../../src/mock/start.ts";
import { framesOf, post } from "./client.ts";

const seen: SeenRequest[] = [];
let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0, key: "sk-right", onRequest: (request) => seen.push(request) });
});
afterAll(() => mock.close());

const bearer = { authorization: "Bearer sk-right" };
const ask = { model: "m", max_tokens: 100, messages: [{ role: "user", content: "hi" }] };
const chat = (headers: Record<string, string>, body: unknown = ask) =>
  post(`${mock.url}/v1/chat/completions`, body, { ...bearer, ...headers });

describe("the key", () => {
  it.each([
    ["openai", "/v1/chat/completions", { authorization: "Bearer sk-right" }, 200],
    ["openai, unusual case", "/v1/chat/completions", { Authorization: "bEARER sk-right" }, 200],
    ["openai, none", "/v1/chat/completions", {}, 401],
    ["openai, wrong", "/v1/chat/completions", { authorization: "Bearer sk-wrong" }, 401],
    ["openai, in the wrong header", "/v1/chat/completions", { "x-api-key": "sk-right" }, 401],
    ["anthropic", "/v1/messages", { "x-api-key": "sk-right" }, 200],
    ["anthropic, bearer", "/v1/messages", { authorization: "Bearer sk-right" }, 200],
    ["anthropic, none", "/v1/messages", {}, 401],
    ["anthropic, wrong", "/v1/messages", { "x-api-key": "sk-wrong" }, 401],
  ])("%s", async (_name, path, headers, status) => {
    expect((await post(mock.url + path, ask, headers as Record<string, string>)).status).toBe(status);
  });

  it("is refused in the format of each provider", async () => {
    const openai = await post(`${mock.url}/v1/chat/completions`, ask);
    expect(await openai.json()).toEqual({
      error: {
        message: "Incorrect API key provided.",
        type: "invalid_request_error",
        param: null,
        code: "invalid_api_key",
      },
    });
    const anthropic = await post(`${mock.url}/v1/messages`, ask);
    expect(await anthropic.json()).toEqual({
      type: "error",
      error: { type: "authentication_error", message: "invalid x-api-key" },
      request_id: anthropic.headers.get("request-id"),
    });
  });

  it("is not needed when none was set", async () => {
    const open = await startMock();
    expect((await fetch(`${open.url}/v1/models`)).status).toBe(200);
    await open.close();
  });

  it("reaches onRequest as it was sent", async () => {
    await fetch(`${mock.url}/v1/models?x=1`, { headers: { ...bearer, "X-Odd": "y" } });
    const last = seen.at(-1);
    expect(last).toMatchObject({ method: "GET", target: "/v1/models?x=1" });
    expect(last?.rawHeaders).toContain("Bearer sk-right");
  });
});

describe("errors", () => {
  it.each([
    ["GET", "/v1/nothing", 404, "Invalid URL (GET /v1/nothing)"],
    ["GET", "/v1/chat/completions", 405, "Not allowed to GET on /v1/chat/completions"],
    ["GET", "/v1/models/", 404, "Invalid URL (GET /v1/models/)"],
    ["GET", "/v1/models/a/b", 404, "Invalid URL (GET /v1/models/a/b)"],
    ["DELETE", "/", 405, "Not allowed to DELETE on /"],
  ])("%s %s is %i", async (method, path, status, message) => {
    const res = await fetch(mock.url + path, { method, headers: bearer });
    expect(res.status).toBe(status);
    expect(await res.json()).toMatchObject({ error: { message, type: "invalid_request_error" } });
  });

  it.each(["", "{", "[]", "null", '"text"', "[".repeat(200_000)])("a body %.10j is not a JSON object", async (body) => {
    const res = await chat({}, body);
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  it("a missing key of the body is named", async () => {
    expect(await (await chat({}, { model: "m" })).json()).toMatchObject({
      error: { message: "Missing required parameter: 'messages'." },
    });
  });

  it.each([
    [400, "invalid_request_error", "invalid_request_error"],
    [403, "invalid_request_error", "permission_error"],
    [404, "invalid_request_error", "not_found_error"],
    [418, "invalid_request_error", "invalid_request_error"],
    [429, "requests", "rate_limit_error"],
    [500, "server_error", "api_error"],
    [503, "server_error", "api_error"],
    [529, "server_error", "overloaded_error"],
  ])("x-mock-status %i", async (status, openai, anthropic) => {
    const header = { "x-mock-status": String(status) };
    const one = await chat(header);
    const other = await post(`${mock.url}/v1/messages`, ask, { ...bearer, ...header });
    expect([one.status, other.status]).toEqual([status, status]);
    expect(one.headers.get("retry-after")).toBe(status === 429 ? "1" : null);
    expect(await one.json()).toMatchObject({ error: { type: openai } });
    expect(await other.json()).toMatchObject({ type: "error", error: { type: anthropic } });
  });
});

describe("settings", () => {
  const words = async (res: Response) =>
    framesOf(await res.text()).filter(({ data }) => data.includes('"content":') && !data.includes('"role"')).length;

  it.each([1, 7, 5000])("x-mock-events %i gives this many words", async (count) => {
    const res = await chat({ "x-mock-events": String(count) }, { ...ask, max_tokens: undefined, stream: true });
    expect(await words(res)).toBe(count);
  });

  it("a model has settings of its own, and headers override them", async () => {
    const long = { ...ask, max_tokens: undefined, model: "mock-long", stream: true };
    expect(await words(await chat({}, long))).toBe(1000);
    expect(await words(await chat({ "x-mock-events": "3" }, long))).toBe(3);
    expect((await chat({}, { ...ask, model: "mock-rate-limited" })).status).toBe(429);
    expect((await chat({}, { ...ask, model: "mock-unavailable" })).status).toBe(503);
  });

  it.each([
    ...Object.values(SETTINGS).flatMap(({ header, min, max }) => [
      [header, String(max + 1)],
      [header, "1x"],
      [header, "-1"],
      [header, ""],
      ...(min > 0 ? [[header, String(min - 1)]] : []),
    ]),
  ])("%s: %j is refused", async (header, value) => {
    const res = await chat({ [String(header)]: String(value) });
    expect(res.status).toBe(400);
    const { error } = (await res.json()) as { error: { message: string } };
    expect(error.message).toContain(`${header} must be a whole number`);
  });

  it("the guide names every header and model", async () => {
    const page = await (await fetch(mock.url)).text();
    for (const { header } of Object.values(SETTINGS)) expect(page).toContain(header);
    for (const { id } of MODELS) expect(page).toContain(id);
    expect(page).toContain("POST /v1/chat/completions");
  });
});

describe("echo", () => {
  it("masks a key in the query", async () => {
    const headers = { "x-goog-api-key": "sk-right" };
    const res = await fetch(`${mock.url}/v1/echo?a=b&key=a-long-secret-key&c=d`, { headers });
    expect(await res.json()).toMatchObject({ target: "/v1/echo?a=b&key=a-long-s***&c=d" });
  });

  it("answers with the request, with credentials masked", async () => {
    const res = await fetch(`${mock.url}/v1/echo?a=b`, {
      method: "PATCH",
      body: "12345",
      headers: { authorization: "Bearer sk-right", "x-api-key": "another-long-secret", "x-kept": "as it came" },
    });
    const body = await res.text();
    expect(JSON.parse(body)).toMatchObject({
      method: "PATCH",
      target: "/v1/echo?a=b",
      body_bytes: 5,
      headers: { authorization: "Bearer sk-right***", "x-api-key": "another-***", "x-kept": "as it came" },
    });
    expect(body).not.toContain("long-secret");
  });
});
