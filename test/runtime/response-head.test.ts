// Checks which headers go to the client for given upstream headers, and what the gateway reads from them.

import { describe, expect, it } from "vitest";
import { responseHead } from "../../src/runtime/headers/response-head.ts";

describe("the writer of response headers", () => {
  it("keeps all but hop-by-hop headers, repeats and order included", () => {
    const raw = [
      "Set-Cookie",
      "a",
      "Connection",
      "X-Hop",
      "Set-Cookie",
      "b",
      "X-Hop",
      "1",
      "Transfer-Encoding",
      "chunked",
      "Trailer",
      "x",
    ];
    expect(responseHead(raw, "id", 200).headers).toEqual(["Set-Cookie", "a", "Set-Cookie", "b", "x-request-id", "id"]);
  });

  it("keeps the upstream's own request id under another name", () => {
    expect(responseHead(["X-Request-Id", "theirs"], "ours", 200).headers).toEqual([
      "x-upstream-request-id",
      "theirs",
      "x-request-id",
      "ours",
    ]);
  });

  it.each([
    { type: "text/event-stream", sse: true },
    { type: "TEXT/Event-Stream; charset=utf-8", sse: true },
    { type: "text/event-stream-x", sse: false },
    { type: "application/json", sse: false },
  ])("recognizes whether $type is SSE: $sse", ({ type, sse }) => {
    expect(responseHead(["content-type", type], "id", 200).sse).toBe(sse);
  });

  it("asks proxies in front of the gateway not to buffer SSE, whatever the upstream sent", () => {
    const { headers } = responseHead(["content-type", "text/event-stream", "X-Accel-Buffering", "yes"], "id", 200);
    expect(headers).toEqual(["content-type", "text/event-stream", "x-request-id", "id", "x-accel-buffering", "no"]);
  });

  it("recognizes an unsupported transfer coding, a length and an idle timeout", () => {
    expect(responseHead(["transfer-encoding", "gzip, chunked"], "id", 200).foreignCoding).toBe(true);
    expect(responseHead(["Transfer-Encoding", "Chunked"], "id", 200).foreignCoding).toBe(false);
    expect(responseHead(["Content-Length", "3"], "id", 200).hasLength).toBe(true);
    expect(responseHead(["Keep-Alive", "timeout=5, max=9"], "id", 200).idleMs).toBe(5000);
    expect(responseHead([], "id", 200)).toMatchObject({ hasLength: false, foreignCoding: false, idleMs: undefined });
  });

  it("keeps content-length and x-request-id when the connection header names them", () => {
    const { headers } = responseHead(["connection", "content-length, x-request-id", "content-length", "3"], "id", 200);
    expect(headers).toEqual(["content-length", "3", "x-request-id", "id"]);
  });
});
