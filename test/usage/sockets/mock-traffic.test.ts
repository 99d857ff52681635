// Tests the tap on real traffic: a relay taps what the `ws` package and the mock say to each other, and the mock's books are right.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Mock, startMock } from "../../../src/mock/start.ts";
import { createSocketTap, type SocketTap } from "../../../src/runtime/usage/sockets/socket-tap.ts";
import { NO_COUNTS } from "../../../src/runtime/usage/usage-report.ts";

let mock: Mock;
let relay: Server;
let tap: SocketTap;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0 });
  relay = createServer((client) => {
    const upstream = connect(mock.port, "127.0.0.1");
    client.on(
      "data",
      behindHead((bytes) => tap.fromClient(bytes)),
    );
    upstream.on(
      "data",
      behindHead((bytes) => tap.fromUpstream(bytes)),
    );
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
});
afterAll(async () => {
  relay.close();
  await mock.close();
});
beforeEach(() => {
  mock.books.reset();
  tap = createSocketTap("auto");
});

/** Hands on what comes behind the head of a request or a response. */
function behindHead(take: (bytes: Buffer) => void): (bytes: Buffer) => void {
  let head: Buffer | undefined = Buffer.alloc(0);
  return (bytes) => {
    if (head === undefined) return take(bytes);
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return;
    const rest = head.subarray(end + 4);
    head = undefined;
    if (rest.length > 0) take(rest);
  };
}

/** Sends requests one after the other, each when the one before it has its answer, and closes. */
async function talk(path: string, requests: readonly object[], end: string): Promise<void> {
  const { port } = relay.address() as AddressInfo;
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false });
  await once(ws, "open");
  for (const request of requests) {
    const answered = new Promise<void>((resolve) => {
      const look = (data: unknown) => {
        if (JSON.parse(String(data)).type !== end) return;
        ws.off("message", look);
        resolve();
      };
      ws.on("message", look);
    });
    ws.send(JSON.stringify(request));
    await answered;
  }
  ws.close();
  await once(ws, "close");
}

it("adds up responses, long prompts and warm-ups among them", async () => {
  const create = { type: "response.create", model: "mock-thinking" };
  const requests = [
    { ...create, input: "hi", generate: false },
    { ...create, input: "x".repeat(200_000) },
    { ...create, input: "hi" },
  ];
  await talk("/v1/responses", requests, "response.completed");
  const { input, output, cacheRead, cacheWrite, reasoning } = mock.books.report().sums;
  expect(tap.end()).toEqual({
    ...{ known: "reported", model: "mock-thinking", serviceTier: undefined, ownCostTicks: undefined },
    counts: { ...NO_COUNTS, input, output, cacheRead, cacheWrite, reasoning },
  });
  expect(input).toBe(4000);
  expect(tap.requestedModel).toBe("mock-thinking");
});

it("adds up what a Realtime session used", async () => {
  const requests = [{ type: "response.create" }, { type: "response.create" }];
  await talk("/v1/realtime?model=gpt-realtime", requests, "response.done");
  const { input, output } = mock.books.report().sums;
  expect(tap.end()).toMatchObject({ known: "reported", model: "gpt-realtime", counts: { input, output } });
  expect(mock.books.entries).toHaveLength(2);
});
