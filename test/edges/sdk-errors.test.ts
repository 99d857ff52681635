// Checks what the official SDKs make of the gateway's errors with `errors.format: auto`: error class, message, request id
// and time until the next try.

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ERROR_REPLIES, type ErrorCode } from "../../src/plan/replies.ts";
import { TOKEN } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { setScene } from "../support/scene.ts";
import type { Upstream } from "../support/upstream.ts";

const scene = setScene();
let upstream: Upstream;
let held: (() => void)[];
beforeEach(async () => {
  held = [];
  // `/held` is answered when the test releases it, `/cut` breaks before its headers, all else gets a completion.
  upstream = await scene.upstream((req, res) => {
    req.resume();
    if (req.url?.startsWith("/held")) return void held.push(() => res.end("{}"));
    if (req.url?.startsWith("/cut")) return void req.socket.destroy();
    res.setHeader("content-type", "application/json");
    res.end('{"id":"x","choices":[],"content":[],"type":"message"}');
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const AUTO = "errors: {format: auto}";
const ask = { model: "m", max_tokens: 1, messages: [{ role: "user" as const, content: "hello" }] };

interface Sdk {
  readonly name: string;
  /** Makes one call, by default without retries. */
  call(gateway: TestGateway, path: string, options?: { token?: string; retries?: number }): Promise<unknown>;
  readonly classes: Readonly<Record<number, unknown>>;
}

const SDKS: readonly Sdk[] = [
  {
    name: "OpenAI",
    call: ({ url }, path, { token = TOKEN, retries = 0 } = {}) =>
      new OpenAI({ baseURL: `${url}${path}`, apiKey: token, maxRetries: retries }).chat.completions.create(ask),
    classes: {
      401: OpenAI.AuthenticationError,
      404: OpenAI.NotFoundError,
      429: OpenAI.RateLimitError,
      502: OpenAI.InternalServerError,
      503: OpenAI.InternalServerError,
      504: OpenAI.InternalServerError,
    },
  },
  {
    name: "Anthropic",
    call: ({ url }, path, { token = TOKEN, retries = 0 } = {}) =>
      new Anthropic({
        baseURL: `${url}${path}`,
        apiKey: null,
        authToken: token,
        maxRetries: retries,
      }).messages.create(ask),
    classes: {
      401: Anthropic.AuthenticationError,
      404: Anthropic.NotFoundError,
      429: Anthropic.RateLimitError,
      502: Anthropic.InternalServerError,
      503: Anthropic.InternalServerError,
      504: Anthropic.InternalServerError,
    },
  },
];

function messageOf(code: ErrorCode): string {
  return ERROR_REPLIES[code].message ?? "";
}

describe.each(SDKS)("the $name SDK", ({ name, call, classes }) => {
  async function expectError(
    failing: Promise<unknown>,
    gateway: TestGateway,
    status: number,
    code: ErrorCode,
    message = messageOf(code),
  ) {
    const err: unknown = await failing.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(err).toBeInstanceOf(classes[status]);
    const line = await gateway.completed(({ outcome }) => outcome === code);
    expect(err).toMatchObject({
      status,
      requestID: line["request_id"],
      message: expect.stringContaining(message),
    });
    if (name === "OpenAI") expect(err).toMatchObject({ code, param: null });
    else expect(err).toMatchObject({ error: { type: "error", request_id: line["request_id"] } });
  }

  it("reports a 401", async () => {
    const gateway = await scene.gateway({ base: upstream.url, top: [AUTO] });
    await expectError(
      call(gateway, "/up", { token: "wrong" }),
      gateway,
      401,
      "unauthorized",
      "the header authorization (Bearer)",
    );
  });

  it("reports a 404", async () => {
    const gateway = await scene.gateway({ base: upstream.url, top: [AUTO] });
    await expectError(call(gateway, "/nowhere"), gateway, 404, "route_not_found", "The prefixes are: /up.");
  });

  it("reports a 429", async () => {
    const gateway = await scene.gateway({ base: upstream.url, top: [AUTO, "rate_limit: {per_minute: 1}"] });
    // The two calls are in one minute, whatever the time is.
    const now = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => now);
    await call(gateway, "/up");
    await expectError(call(gateway, "/up"), gateway, 429, "rate_limited");
  });

  it("reports a 502 when nothing listens", async () => {
    const gateway = await scene.gateway({ base: "http://127.0.0.1:1", top: [AUTO] });
    await expectError(call(gateway, "/up"), gateway, 502, "upstream_connect_error");
  });

  it("reports a 502 when the upstream breaks the connection", async () => {
    const gateway = await scene.gateway({ base: `${upstream.url}/cut`, top: [AUTO] });
    await expectError(call(gateway, "/up"), gateway, 502, "upstream_request_failed");
  });

  it("reports a 504", async () => {
    const gateway = await scene.gateway({
      base: `${upstream.url}/held`,
      top: [AUTO],
      upstream: ["request_timeout_ms: 100", "connect_timeout_ms: 100"],
    });
    await expectError(call(gateway, "/up"), gateway, 504, "upstream_timeout");
  });

  it.each([
    ["a 504", AUTO, "/held", ["request_timeout_ms: 100"], {}, 504, 1],
    ["a 504 in the plain format", "errors: {format: plain}", "/held", ["request_timeout_ms: 100"], {}, 504, 1],
    ["a 502 of an upstream that broke off", AUTO, "/cut", [], {}, 502, 1],
    ["a 401", AUTO, "", [], { token: "wrong" }, 401, 0],
  ])("makes one request with its own retries after %s", async (_what, top, path, lines, options, status, attempts) => {
    const gateway = await scene.gateway({ base: `${upstream.url}${path}`, top: [top], upstream: lines });
    await expect(call(gateway, "/up", { ...options, retries: 2 })).rejects.toMatchObject({ status });
    expect(gateway.logs.filter(({ msg }) => msg === "request completed")).toHaveLength(1);
    expect(upstream.requests).toHaveLength(attempts);
  });

  it("reports a 503, or with retries waits the second that retry-after asks for, then succeeds", async () => {
    const gateway = await scene.gateway({
      base: `${upstream.url}/held`,
      top: [AUTO, "concurrency: {downstream_max_inflight: 1}"],
    });
    const first = call(gateway, "/up");
    await upstream.nextRequest();
    await expectError(call(gateway, "/up"), gateway, 503, "downstream_concurrency_exceeded");

    const before = gateway.logs.length;
    const patient = call(gateway, "/up", { retries: 1 });
    const refusedAt = await gateway
      .completed((line) => gateway.logs.indexOf(line) >= before)
      .then(() => performance.now());
    for (const release of held.splice(0)) release();
    await first;
    await upstream.nextRequest();
    // The SDK obeys retry-after. Its own first wait would be half a second at most.
    expect(performance.now() - refusedAt).toBeGreaterThan(900);
    for (const release of held.splice(0)) release();
    await patient;
  });

  it("with retries waits after a 429 for the next minute, then succeeds", async () => {
    const gateway = await scene.gateway({ base: upstream.url, top: [AUTO, "rate_limit: {per_minute: 1}"] });
    // The clock starts a second and a half before the end of a minute, and goes on from there.
    const real = Date.now.bind(Date);
    const start = real();
    const shift = 58_500 - (start % 60_000);
    vi.spyOn(Date, "now").mockImplementation(() => real() + shift);
    await call(gateway, "/up");
    const refused = gateway.completed(({ outcome }) => outcome === "rate_limited").then(() => performance.now());
    await call(gateway, "/up", { retries: 1 });
    expect(performance.now() - (await refused)).toBeGreaterThan(900);
    expect(upstream.requests.length).toBe(2);
    expect(gateway.logs.filter(({ outcome }) => outcome === "rate_limited").length).toBe(1);
  });
});
