// Checks that damaged HTTP does no harm: after random damage to requests and responses nothing hangs, crashes or leaks,
// and each request that the upstream reads is one that the gateway wrote.

import fc from "fast-check";
import { expect, test } from "vitest";
import { AUTH, TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { framingOf, parseBody, parseHead, valuesOf } from "../support/http-message.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

/** Text that changes how a message is read when it is inserted. */
const FRAGMENTS = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  " ",
  "\t",
  ":",
  ";",
  ",",
  "0\r\n\r\n",
  "\r\n\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Content-Length: 3\r\n",
  "Connection: close\r\n",
  "Trailer: x\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: h2c\r\n",
  "HTTP/1.1 101 x\r\n\r\n",
  "HTTP/1.1 100 x\r\n\r\n",
  "GET /up/x HTTP/1.1\r\n",
  "\xff",
  "ffffffff\r\n",
] as const;

/** Damage to a message: at each offset, text is inserted, removed or replaced. `at` is a fraction of the length. */
const damage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.nat(6),
    add: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...FRAGMENTS, "") },
      fc.string({ unit: "binary-ascii", maxLength: 3 }),
    ),
  }),
  { maxLength: 3 },
);

type Edits = readonly { readonly at: number; readonly drop: number; readonly add: string }[];

function damaged(original: string, edits: Edits): string {
  return edits.reduce((text, { at, drop, add }) => {
    const offset = Math.floor(at * text.length);
    return text.slice(0, offset) + add + text.slice(offset + drop);
  }, original);
}

const REQUESTS = [
  requestText("GET", "/up/a?x=1", [AUTH, "X-A: b"]),
  requestText("POST", "/up/a", [AUTH, "Content-Length: 11"], "hello world"),
  requestText(
    "POST",
    "/up/a",
    [AUTH, "Transfer-Encoding: chunked", "Trailer: x-t"],
    "5\r\nhello\r\n6;e=1\r\n world\r\n0\r\nX-T: 1\r\n\r\n",
  ),
  requestText("DELETE", "/up/a", ["Transfer-Encoding: chunked", AUTH], "5\r\nhello\r\n0\r\n\r\n") +
    requestText("GET", "/up/b", [AUTH]),
  requestText("GET", "http://h/up/a", [AUTH, "Expect: 100-continue", "Connection: x-a, close", "X-A: b"]),
];

const RESPONSES = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
  "HTTP/1.0 200 OK\r\nConnection: close, x-a\r\nX-A: b\r\n\r\nuntil the end",
];

/** How long the client waits for a response to a damaged request before it gives up, ms. */
const GIVE_UP_MS = 25;

test("a damaged request does not hang, and the upstream only gets requests with the gateway's key", {
  timeout: 60_000,
}, async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      const request = await connection.request();
      const head = request.rawHeaders.join("\n");
      if (head.includes(TOKEN) || !valuesOf(request.rawHeaders, "authorization").includes(`Bearer ${UPSTREAM_KEY}`))
        wrong.push(head);
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  const wrong: string[] = [];
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["request_timeout_ms: 2000"] });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...REQUESTS), damage, async (text, edits) => {
      const client = await scene.client(gateway);
      await client.send(damaged(text, edits));
      await client.head(GIVE_UP_MS).catch(() => undefined);
      client.reset();
      await untilFree(gateway);
    }),
    { numRuns: 300 },
  );
  expect(wrong).toEqual([]);
  // A request that was cut off stays incomplete: no connection holds a whole request that the strict reader did not read.
  for (const connection of upstream.accepted) {
    const head = parseHead(connection.bytes);
    if (head === undefined) continue;
    expect(parseBody(connection.bytes.subarray(head.length), framingOf(head)).whole).toBe(false);
  }
  const after = await scene.client(gateway);
  await after.send(requestText("GET", "/up/after", [AUTH]));
  expect((await after.response()).text).toBe("ok");
});

test("a damaged response ends without help, and the client gets valid HTTP", { timeout: 60_000 }, async () => {
  let answer = "";
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      await connection.requestHead();
      await connection.send(answer);
      if (answer.startsWith("HTTP/1.0")) connection.halfClose();
    }
  });
  const gateway = await scene.gateway({
    base: upstream.url,
    upstream: ["request_timeout_ms: 60", "stream_idle_timeout_ms: 60"],
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...RESPONSES), damage, async (text, edits) => {
      answer = damaged(text, edits);
      const client = await scene.client(gateway);
      await client.send(requestText("GET", "/up/x", [AUTH]));
      // The response is whole, cut off, or a 502 or 504. It ends without help, and a strict reader accepts its bytes.
      const ended = client.response().catch((error: unknown) => {
        if (client.end === undefined || client.text !== "") throw error;
      });
      await within(`an end after ${JSON.stringify(answer)}`, ended);
      client.socket.destroy();
      await untilFree(gateway);
    }),
    { numRuns: 300 },
  );
});
