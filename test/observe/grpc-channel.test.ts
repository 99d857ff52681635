// Checks how a collector is called over gRPC: what is sent, which answers count as success, and when a connection is kept.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterEach, describe, expect, it, vi } from "vitest";
import { GrpcChannel } from "../../src/runtime/observe/traces/grpc-channel.ts";
import { grpcExporter } from "../../src/runtime/observe/traces/grpc-exporter.ts";
import { makePair } from "../support/certificates.ts";
import { within } from "../support/deadline.ts";
import { closedPort } from "../support/upstream.ts";

type Answer = (stream: ServerHttp2Stream) => void;

interface Collector {
  readonly url: string;
  readonly calls: readonly { readonly headers: IncomingHttpHeaders; readonly body: Buffer }[];
  /** Every connection so far. */
  readonly sessions: readonly ServerHttp2Session[];
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function collector(answer: Answer, pair?: { readonly cert: string; readonly key: string }): Promise<Collector> {
  const server: Http2Server | Http2SecureServer = pair === undefined ? createServer() : createSecureServer(pair);
  const calls: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
  const sessions: ServerHttp2Session[] = [];
  server.on("session", (session: ServerHttp2Session) => void sessions.push(session.on("error", () => {})));
  server.on("stream", async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on("error", () => {});
    calls.push({ headers, body: await buffer(stream) });
    answer(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${pair === undefined ? "http" : "https"}://127.0.0.1:${port}`, calls, sessions };
}

const withTrailers =
  (status: string): Answer =>
  (stream) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": status }));
    stream.end(Buffer.alloc(5));
  };
const ok = withTrailers("0");

function channelTo(url: string): (timeoutMs?: number) => Promise<string> {
  const channel = new GrpcChannel(new URL(url), {});
  cleanups.push(() => channel.close());
  return async (timeoutMs = 5000) => {
    const call = {
      path: "/a.B/C",
      headers: { "x-team": "1" },
      message: Buffer.from("hello"),
      compressed: false,
      timeoutMs,
    };
    const outcome = channel.call(call).then(
      () => "success",
      (err: Error) => err.message,
    );
    return within("the end of the call", outcome);
  };
}

describe("a call", () => {
  it("is a POST with the framed message", async () => {
    const { url, calls } = await collector(ok);
    expect(await channelTo(url)(1500)).toBe("success");
    expect(calls).toHaveLength(1);
    expect(calls[0]?.headers).toMatchObject({
      ":method": "POST",
      ":path": "/a.B/C",
      ":authority": new URL(url).host,
      te: "trailers",
      "content-type": "application/grpc",
      "grpc-timeout": "1500m",
      "x-team": "1",
    });
    expect(calls[0]?.body).toEqual(Buffer.concat([Buffer.from([0, 0, 0, 0, 5]), Buffer.from("hello")]));
  });

  it.each<[string, Answer, RegExp]>([
    ["status 0 in the trailers", ok, /^success$/],
    [
      "status 0 without an answer",
      (stream) => stream.respond({ "grpc-status": "0" }, { endStream: true }),
      /^success$/,
    ],
    ["another status in the trailers", withTrailers("14"), /: 14$/],
    [
      "another status without an answer",
      (stream) => stream.respond({ "grpc-status": "8" }, { endStream: true }),
      /: 8$/,
    ],
    ["an answer without a status", (stream) => stream.respond({ ":status": 200 }, { endStream: true }), /: no status$/],
    ["a proxy's 503", (stream) => stream.respond({ ":status": 503 }, { endStream: true }), /: HTTP status 503$/],
    ["a reset", (stream) => stream.close(2), /INTERNAL_ERROR/],
    ["a lost connection", (stream) => stream.session?.destroy(), /^gRPC call failed/],
  ])("ends by %s", async (_what, answer, outcome) => {
    const { url } = await collector(answer);
    expect(await channelTo(url)()).toMatch(outcome);
  });

  it("fails when nothing listens", async () => {
    expect(await channelTo(`http://127.0.0.1:${await closedPort()}`)()).toMatch(/ECONNREFUSED/);
  });
});

describe("a connection", () => {
  it("is kept between calls", async () => {
    const { url, calls, sessions } = await collector(ok);
    const call = channelTo(url);
    for (let i = 0; i < 3; i++) expect(await call()).toBe("success");
    expect([calls.length, sessions.length]).toEqual([3, 1]);
  });

  it("is given up with a call that gets no status in time", async () => {
    let silent = true;
    const { url, sessions } = await collector((stream) => {
      if (!silent) ok(stream);
    });
    const call = channelTo(url);
    expect(await call(50)).toMatch(/: timeout$/);
    silent = false;
    expect(await call()).toBe("success");
    expect(sessions).toHaveLength(2);
  });

  it("is replaced when the server wants to close it", async () => {
    const { url, sessions } = await collector(ok);
    const call = channelTo(url);
    expect(await call()).toBe("success");
    const closed = new Promise((resolve) => sessions[0]?.once("close", resolve));
    sessions[0]?.close();
    await within("the end of the first connection", closed);
    expect(await call()).toBe("success");
    expect(sessions).toHaveLength(2);
  });
});

describe("an exporter", () => {
  async function exported(url: string): Promise<ExportResult> {
    const kept = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: kept })] });
    provider.getTracer("test").startSpan("one").end();
    await provider.forceFlush();
    const exporter = await grpcExporter({ endpoint: url, protocol: "grpc", timeoutMs: 5000 }, "test/1");
    cleanups.push(() => void exporter.shutdown());
    return new Promise((resolve) => exporter.export(kept.getFinishedSpans(), resolve));
  }

  afterEach(() => vi.unstubAllEnvs());

  it("sends the headers of OpenTelemetry's variable, and compresses when it says so", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20abc,x-team=blue");
    vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
    const { url, calls } = await collector(ok);
    expect(await exported(url)).toEqual({ code: ExportResultCode.SUCCESS });
    const sent = { authorization: "Basic abc", "x-team": "blue", "grpc-encoding": "gzip", "user-agent": "test/1" };
    expect(calls[0]?.headers).toMatchObject(sent);
    expect(calls[0]?.body[0]).toBe(1);
    expect(gunzipSync(calls[0]?.body.subarray(5) ?? "").includes("one")).toBe(true);
  });

  it("trusts the certificate of OpenTelemetry's variable, and no unknown one", async () => {
    const dir = mkdtempSync(join(tmpdir(), "collector-"));
    cleanups.push(() => rmSync(dir, { recursive: true }));
    const pair = await makePair(["127.0.0.1"]);
    writeFileSync(join(dir, "ca.pem"), pair.cert);
    const { url } = await collector(ok, pair);
    expect((await exported(url)).error?.message).toMatch(/self-signed certificate/);
    vi.stubEnv("OTEL_EXPORTER_OTLP_CERTIFICATE", join(dir, "ca.pem"));
    expect(await exported(url)).toEqual({ code: ExportResultCode.SUCCESS });
  });
});
