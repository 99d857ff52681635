// Checks the exact bytes of errors in each format, on real sockets.

import { describe, expect, it, test } from "vitest";
import { ERROR_REPLIES, type ErrorCode, type ReplyCode, replyFor } from "../../src/plan/replies.ts";
import { errorFormatterOf } from "../../src/runtime/replies/error-format.ts";
import { routeNotFound } from "../../src/runtime/replies/route-not-found.ts";
import { AUTH } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const ID = "X-Request-Id: req-0.1_2";
const message =
  "The request has no valid gateway token. The gateway looks for it in the header authorization (Bearer). Use a token of this gateway as the API key, not the provider's key.";
const OPENAI = JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: "unauthorized" } });
const ANTHROPIC = JSON.stringify({
  type: "error",
  error: { type: "authentication_error", message },
  request_id: "req-0.1_2",
});
const PLAIN = '{"error":"unauthorized"}';
const VERSION = "Anthropic-Version: 2023-06-01";

async function ask(format: string, lines: readonly string[], path = "/up/x") {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:1", top: [`errors: {format: ${format}}`] });
  return exchange(gateway.port, requestText("GET", path, [ID, ...lines]));
}

describe("errors.format", () => {
  it.each([
    ["plain", [], PLAIN, undefined],
    ["plain", [VERSION], PLAIN, undefined],
    ["openai", [VERSION], OPENAI, undefined],
    ["anthropic", [], ANTHROPIC, "req-0.1_2"],
    ["auto", [], OPENAI, undefined],
    ["auto", [VERSION], ANTHROPIC, "req-0.1_2"],
  ] as const)("%s gives its body to a request with the headers %j", async (format, lines, body, requestId) => {
    const response = await ask(format, lines);
    expect([response.status, response.text]).toEqual([401, body]);
    expect(response.header("content-length")).toBe(String(Buffer.byteLength(body)));
    expect(response.header("content-type")).toBe("application/json");
    expect(response.header("x-request-id")).toBe("req-0.1_2");
    expect(response.header("request-id")).toBe(requestId);
  });

  it("names the allowed methods in the 405 of a built-in endpoint", async () => {
    const gateway = await scene.gateway({ base: "http://127.0.0.1:1", top: ["errors: {format: openai}"] });
    const response = await exchange(gateway.port, requestText("POST", "/healthz", [ID]));
    const error = {
      message: "This path takes GET and HEAD only.",
      type: "invalid_request_error",
      param: null,
      code: "method_not_allowed",
    };
    expect([response.status, response.text]).toEqual([405, JSON.stringify({ error })]);
  });

  it("does not change the bodies of built-in endpoints", async () => {
    for (const format of ["openai", "anthropic"]) {
      const response = await ask(format, [], "/healthz");
      expect([response.text, response.header("request-id")]).toEqual(['{"status":"ok"}', undefined]);
    }
  });

  it("applies to requests that can't be parsed, too", async () => {
    const gateway = await scene.gateway({ base: "http://127.0.0.1:1", top: ["errors: {format: anthropic}"] });
    const response = await exchange(gateway.port, "GET / HTTP/9.9\r\n\r\n");
    const { error, request_id } = JSON.parse(response.text) as { error: object; request_id: string };
    expect(response.status).toBe(400);
    expect(error).toEqual({ type: "invalid_request_error", message: ERROR_REPLIES.bad_request.message });
    expect([response.header("request-id"), response.header("x-request-id")]).toEqual([request_id, request_id]);
  });

  it("keeps retry-after and retry-after-ms when a limit refuses", async () => {
    const gateway = await scene.gateway({
      base: "http://127.0.0.1:1",
      top: ["errors: {format: openai}", "rate_limit: {per_minute: 1}"],
    });
    const request = requestText("GET", "/up/x", [AUTH]);
    await exchange(gateway.port, request);
    const response = await exchange(gateway.port, request);
    const seconds = Number(response.header("retry-after"));
    expect(response.status).toBe(429);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(response.header("retry-after-ms")).toBe(String(seconds * 1000));
  });
});

test.each([
  [["/openai", "/a"], "The prefixes are: /openai, /a."],
  [Array.from({ length: 8 }, (_, i) => `/${i}`), "The prefixes are: /0, /1, /2, /3, /4, /5, /6, /7."],
  [Array.from({ length: 1008 }, (_, i) => `/${i}`), "The prefixes are: /0, /1, /2, /3, /4, /5, /6, /7, and 1000 more."],
])("a 404 names the first prefixes, and how many more there are", (prefixes, end) => {
  const { error, body } = routeNotFound(prefixes);
  expect(error?.message.endsWith(end)).toBe(true);
  expect(body).toBe('{"error":"route_not_found"}');
});

test("a code that stands for several reasons does not compile without a message", () => {
  expect(ERROR_REPLIES.method_not_allowed.message).toBeNull();
  // @ts-expect-error: 405 replies differ in their reason, so each brings its own message.
  replyFor("method_not_allowed");
});

describe("every error code", () => {
  const codes = Object.keys(ERROR_REPLIES) as ErrorCode[];
  const OPENAI_TYPES = ["invalid_request_error", "requests", "insufficient_quota", "server_error"];
  const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
  };

  it.each(codes)("%s has a message, a type for its status, and its code", (code) => {
    const request = { id: "an-id", rawHeaders: [] };
    const row = ERROR_REPLIES[code];
    const { status } = row;
    const message = row.message ?? "A message that only this reply has.";
    const reply = row.message === null ? replyFor(code, { message }) : replyFor(code as ReplyCode);
    const openai = JSON.parse(errorFormatterOf("openai")?.(reply, request).body ?? "");
    expect(openai).toEqual({ error: { message, type: expect.any(String), param: null, code } });
    expect(OPENAI_TYPES).toContain(openai.error.type);
    expect(openai.error.type === "server_error").toBe(status >= 500);
    // Codex waits as long as `retry-after` says for any other type: for a budget that may be a month.
    expect(openai.error.type === "insufficient_quota").toBe(code === "budget_exceeded");
    const anthropic = JSON.parse(errorFormatterOf("anthropic")?.(reply, request).body ?? "");
    const type = ANTHROPIC_TYPES[status] ?? "invalid_request_error";
    expect(anthropic).toEqual({ type: "error", error: { type, message }, request_id: "an-id" });
    expect(message).toMatch(/^[A-Z].{30,}\.$/);
  });

  it.each(codes)("%s says whether, and when, to try again", (code) => {
    const { status, headers } = replyFor(code, { message: "A message." });
    const isFinal =
      [400, 401, 403, 404, 405, 417, 426, 431, 504].includes(status) ||
      ["upstream_request_failed", "budget_exceeded"].includes(code);
    const isTemporary = status === 429 || status === 503;
    expect(headers.filter((_, i) => i % 2 === 0 && /retry/.test(headers[i] ?? ""))).toEqual([
      ...(isTemporary ? ["retry-after", "retry-after-ms"] : []),
      ...(isFinal ? ["x-should-retry"] : []),
    ]);
  });
});
