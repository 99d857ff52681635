// Checks the spans of an exchange with several attempts: each attempt has its own, which ends when the attempt does.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ForwardSpec, UpstreamSpec } from "../../src/plan/forward.ts";
import type { TracingSpec } from "../../src/plan/observability.ts";
import { type EndedAttempt, RecordInProgress } from "../../src/runtime/exchange/record.ts";
import { startTracing } from "../../src/runtime/observe/traces/tracing.ts";
import { type ReceivedSpan, startOtlpReceiver } from "../support/otlp-receiver.ts";

const CLIENT = 3;
const FORWARD = { routeId: "chat", prefix: "/chat", stripPrefix: true } as unknown as ForwardSpec;

function upstreamSpec(id: string): UpstreamSpec {
  const hostname = `${id}.example`;
  return {
    id,
    target: { protocol: "https:", host: hostname, hostname, port: 443, basePath: "" },
  } as unknown as UpstreamSpec;
}

interface Attempt {
  readonly upstream: string;
  /** How it failed; without it, it is answered with 200. */
  readonly failure?: Pick<EndedAttempt, "result" | "status">;
}

const PAUSE_MS = 50;
const GOOD: Pick<EndedAttempt, "result" | "status"> = { result: "success", status: 200 };

/**
 * The client spans of an exchange with these attempts, then its server span, and how long the first attempt took at most, ms.
 * The last attempt is not retried.
 */
async function spansOf(attempts: readonly Attempt[], leavesInWait = false) {
  const receiver = await startOtlpReceiver("http");
  let longestMs: number | undefined;
  try {
    const otlp = { protocol: "http", endpoint: receiver.endpoint, timeoutMs: 3000 };
    const { observer, tracer, close } = await startTracing({ sampleRatio: 1, otlp } as TracingSpec, "1.0.0");
    const record = new RecordInProgress("id-1", { method: "POST", httpVersion: "1.1", scheme: "http", rawHeaders: [] });
    Object.assign(record, { path: "/chat/x", route: { id: "chat", prefix: "/chat" } });
    for (const [at, { upstream, failure = GOOD }] of attempts.entries()) {
      record.upstream = { id: upstream, host: `${upstream}.example`, gateKey: upstream };
      record.attempts++;
      record.sentAt = performance.now();
      tracer.attempt(record, FORWARD, upstreamSpec(upstream));
      const attempt: EndedAttempt = { upstream, ms: 1, ...failure };
      const retried = at < attempts.length - 1 || leavesInWait;
      if (retried) record.failedAttempts = [...record.failedAttempts, attempt];
      observer.attempted(record, attempt, retried);
      longestMs ??= performance.now() - record.sentAt;
    }
    const failure = attempts.at(-1)?.failure;
    if (!leavesInWait) {
      Object.assign(record, { outcome: "success", status: failure?.status ?? 200, upstreamAnswered: true });
      record.headAt = performance.now();
    }
    // So the span of a failed attempt shows whether it ended with the attempt or with the exchange.
    await sleep(PAUSE_MS);
    record.endedAt = performance.now();
    observer.ended(record);
    await close();
    const spans = await receiver.until(attempts.length + 1);
    const of = (upstream: string) =>
      spans.filter(({ kind, attributes }) => kind === CLIENT && attributes["gateway.upstream"] === upstream);
    const server = spans.find(({ kind }) => kind !== CLIENT);
    return { clients: attempts.flatMap(({ upstream }) => of(upstream)), server, longestMs };
  } finally {
    await receiver.close();
  }
}

const msOf = (span: ReceivedSpan | undefined) => Number((span?.end ?? 0n) - (span?.start ?? 0n)) / 1e6;

describe("the span of an attempt that is retried", () => {
  it.each([
    [
      { result: "429", status: 429 },
      { "error.type": "429", "http.response.status_code": 429 },
    ],
    [
      { result: "quota", status: 429 },
      { "error.type": "429", "http.response.status_code": 429 },
    ],
    [
      { result: "overloaded_event", status: 200 },
      { "error.type": "overloaded_event", "http.response.status_code": 200 },
    ],
    [{ result: "connect_error", status: undefined }, { "error.type": "connect_error" }],
  ] as const)("tells of %j", async (failure, attributes) => {
    const { clients, server, longestMs } = await spansOf([{ upstream: "a", failure }, { upstream: "b" }]);
    const [first, second] = clients;
    expect(first).toMatchObject({ attributes: { ...attributes, "gateway.upstream": "a" }, status: 2 });
    if (failure.status === undefined) expect(first?.attributes).not.toHaveProperty(["http.response.status_code"]);
    expect(first?.attributes).not.toHaveProperty(["http.request.resend_count"]);
    expect(second).toMatchObject({
      attributes: { "gateway.upstream": "b", "http.request.resend_count": 1, "http.response.status_code": 200 },
      status: 0,
    });
    expect(server?.attributes).toMatchObject({ "gateway.upstream": "b" });
    expect(msOf(first)).toBeLessThan((longestMs ?? 0) + PAUSE_MS / 2);
    expect(msOf(second)).toBeGreaterThan(PAUSE_MS / 2);
    expect([first, second].map((span) => span?.parentSpanId)).toEqual([server?.spanId, server?.spanId]);
  });

  it("is not ended again by a client that leaves during the wait", async () => {
    const failure = { result: "503", status: 503 } as const;
    const { clients, server, longestMs } = await spansOf([{ upstream: "a", failure }], true);
    expect(clients).toEqual([
      expect.objectContaining({ attributes: expect.objectContaining({ "error.type": "503" }) }),
    ]);
    expect(msOf(clients[0])).toBeLessThan((longestMs ?? 0) + PAUSE_MS / 2);
    expect(server?.attributes).toMatchObject({
      "gateway.upstream": "a",
      "gateway.outcome": "client_closed",
    });
  });
});
