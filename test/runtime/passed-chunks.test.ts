// Chunks that pass Node's parser by, together with everything that reads along or changes a response: metering, comments in silent streams,
// another attempt, a client that leaves, TLS, and an answer to a WebSocket's handshake.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { BodyPump } from "../../src/runtime/body/body-pump.ts";
import { makePair } from "../support/certificates.ts";
import { AUTH } from "../support/config.ts";
import { until } from "../support/deadline.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { listen } from "../support/listen.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { type Piece, scriptedUpstream } from "../support/scripted-upstream.ts";
import { serverSockets } from "../support/server-sockets.ts";
import { handshake } from "../support/websocket.ts";
import { LAST, PLAIN, PLAIN_TEXT } from "./passed-chunks.ts";

const scene = setScene();
const taken = vi.spyOn(BodyPump.prototype, "take");
beforeEach(() => void taken.mockClear());

const SENT = '{"model":"asked"}';
const POST = requestText("POST", "/up/v1/messages", [AUTH, `Content-Length: ${SENT.length}`], SENT);
const EVENTS = [
  'event: message_start\ndata: {"type":"message_start","message":{"model":"m","usage":{"input_tokens":5,"output_tokens":1}}}\n\n',
  ...Array.from({ length: 40 }, (_, i) => `data: {"type":"content_block_delta","delta":{"text":"word ${i}"}}\n\n`),
  'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":9}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
];
const STREAM = EVENTS.join("");
const SSE = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const UNCHUNKED = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ${STREAM.length}\r\n\r\n`;

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
/** The next turns of the event loop: by then the gateway, which runs in this process, has read what was sent. */
const READ = { wait: 0 };
/** Two events in a chunk's place, with a cut in the middle of one, and many in one write. */
const CHUNKED: readonly Piece[] = [
  SSE,
  READ,
  ...EVENTS.slice(0, 4).flatMap((event): Piece[] => [chunk(event), READ]),
  ...[chunk(EVENTS[4] ?? "").slice(0, 9), READ, chunk(EVENTS[4] ?? "").slice(9) + chunk(EVENTS[5] ?? ""), READ],
  EVENTS.slice(6).map(chunk).join(""),
  READ,
  LAST,
];

interface Metered {
  readonly pieces: readonly Piece[];
  readonly upstream?: readonly string[];
}

/** Sends a metered request. */
async function metered({ pieces, upstream = [] }: Metered) {
  const scripted = await scriptedUpstream(scene, [{ pieces }]);
  const dir = ledgerFolder();
  const top = [`usage: {enabled: true, ledger: {dir: ${dir}}}`];
  const gateway = await scene.gateway({ base: scripted.url, top, upstream });
  return {
    gateway,
    scripted,
    lines: async () => {
      await untilFree(gateway);
      await gateway.books.ledger?.flush();
      return ledgerLines(dir);
    },
  };
}

describe("metering", () => {
  test("the ledger says the same for a stream with and without chunks", async () => {
    const found = [];
    for (const pieces of [CHUNKED, [UNCHUNKED, STREAM]]) {
      const { gateway, lines } = await metered({ pieces });
      const { text, whole } = await exchange(gateway.port, POST, "POST");
      expect({ text, whole }).toEqual({ text: STREAM, whole: true });
      const [line] = await lines();
      const { usage, model, input_tokens, output_tokens, outcome } = { ...line };
      found.push({ usage, model, input_tokens, output_tokens, outcome, passesBy: taken.mock.calls.length > 0 });
      taken.mockClear();
    }
    const same = { usage: "reported", model: "m", input_tokens: 5, output_tokens: 9, outcome: "success" };
    expect(found).toEqual([
      { ...same, passesBy: true },
      { ...same, passesBy: false },
    ]);
  });

  test("a stream that is drained after its client has left is metered to its end", async () => {
    const [first = "", ...rest] = EVENTS;
    const pieces: Piece[] = [SSE, READ, chunk(first), { gate: "left" }, rest.slice(0, 20).map(chunk).join(""), READ];
    pieces.push(rest.slice(20).map(chunk).join(""), READ, LAST);
    const { gateway, scripted, lines } = await metered({ pieces, upstream: ["on_client_abort: drain"] });
    const sockets = serverSockets(gateway);
    const client = await scene.client(gateway);
    await client.send(POST);
    await client.until("the first event", () => client.text.includes("message_start") || undefined);
    client.reset();
    await until("the gateway to know", () => sockets[0]?.destroyed === true);
    scripted.open("left");
    expect(await lines()).toMatchObject([{ usage: "reported", output_tokens: 9, outcome: "client_closed" }]);
    expect(taken.mock.calls.length).toBeGreaterThan(1);
  });
});

test("comments in a silent stream come between its events", async () => {
  const half = chunk(EVENTS[1] ?? "");
  const silence = { wait: 400 };
  const pieces = [
    SSE,
    READ,
    chunk(EVENTS[0] ?? ""),
    silence,
    half.slice(0, 20),
    silence,
    half.slice(20),
    silence,
    LAST,
  ];
  const upstream = await scriptedUpstream(scene, [{ pieces }]);
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["sse_keepalive_ms: 40"] });
  const { text, whole } = await exchange(gateway.port, requestText("GET", "/up/x", [AUTH]));
  expect(whole).toBe(true);
  expect(text).toContain(": keep-alive\n\n");
  expect(text.replaceAll(": keep-alive\n\n", "")).toBe(EVENTS.slice(0, 2).join(""));
  expect(taken).toHaveBeenCalled();
});

test("an answer that is held, and the one of the next attempt", async () => {
  const refused = `HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const upstream = await scriptedUpstream(scene, [
    { pieces: [refused, READ, ...PLAIN, LAST] },
    { pieces: CHUNKED },
    { pieces: CHUNKED },
  ]);
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["retry: {backoff_ms: 1, max_backoff_ms: 2}"] });
  for (let i = 0; i < 2; i++) {
    const { text, whole, status } = await exchange(gateway.port, POST, "POST");
    expect({ text, whole, status }).toEqual({ text: STREAM, whole: true, status: 200 });
  }
  // The connection of the first answer is given up with it.
  expect(upstream.attempts.map(({ connection }) => connection).slice(1)).toEqual([1, 1]);
});

test("an upstream that speaks TLS, twice on one connection", async () => {
  const folder = await mkdtemp(join(tmpdir(), "passed-chunks-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const pair = await makePair();
  await writeFile(join(folder, "ca.pem"), pair.cert);
  let connections = 0;
  const large = chunk("x".repeat(100_000));
  const server = createServer({ cert: pair.cert, key: pair.key }, (socket) => {
    connections++;
    socket
      .on("error", () => {})
      .on("data", async () => {
        for (const piece of [SSE, ...PLAIN, PLAIN.join(""), large, ...PLAIN, LAST]) {
          socket.write(piece);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      });
  });
  const port = await listen(server);
  const lines = [`tls: {ca_path: ${join(folder, "ca.pem")}}`];
  const gateway = await scene.gateway({ base: `https://127.0.0.1:${port}`, upstream: lines });
  for (let i = 0; i < 2; i++) {
    taken.mockClear();
    const { text, whole } = await exchange(gateway.port, requestText("GET", "/up/x", [AUTH]));
    expect(whole).toBe(true);
    expect(text).toBe(PLAIN_TEXT + PLAIN_TEXT + "x".repeat(100_000) + PLAIN_TEXT);
    expect(taken).toHaveBeenCalled();
  }
  expect(connections).toBe(1);
});

test("an upstream that answers a WebSocket's handshake with chunks", async () => {
  const refused = "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n";
  const upstream = await scriptedUpstream(scene, [
    { pieces: [refused, READ, ...PLAIN.flatMap((piece) => [piece, READ]), LAST] },
  ]);
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["websocket: true"] });
  for (let i = 0; i < 2; i++) {
    const { status, text, whole } = await exchange(gateway.port, handshake());
    expect({ status, text, whole }).toEqual({ status: 403, text: PLAIN_TEXT, whole: true });
  }
});

test.each([
  ["HEAD", "200 OK"],
  ["GET", "304 Not Modified"],
])("%s %s with a large length and no body, and then chunks and a large body", async (method, status) => {
  const body = Buffer.alloc(300_000, "0123456789");
  const length = `Content-Length: ${body.length}\r\n\r\n`;
  const none = { pieces: [`HTTP/1.1 ${status}\r\n${length}`] };
  const whole = { pieces: [`HTTP/1.1 200 OK\r\n${length}`, READ, body] };
  const upstream = await scriptedUpstream(scene, [none, { pieces: CHUNKED }, none, whole, none, whole]);
  const gateway = await scene.gateway({ base: upstream.url });
  const wanted = [undefined, Buffer.from(STREAM), undefined, body, undefined, body];
  for (const bytes of wanted) {
    const asked = bytes === undefined ? method : "GET";
    const response = await exchange(gateway.port, requestText(asked, "/up/x", [AUTH]), asked);
    if (bytes !== undefined) expect(response.body.equals(bytes)).toBe(true);
  }
  expect(upstream.connections).toBe(1);
});
