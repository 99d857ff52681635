// What if the bytes are almost HTTP? Requests and answers with random damage: nothing hangs, nothing is thrown, nothing leaks,
// and whatever reaches the upstream is a request of ours to the last byte.

import fc from "fast-check";
import { expect, test } from "vitest";
import { AUTH, TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { framingOf, parseBody, parseHead, valuesOf } from "../support/http-message.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

const SPICE = [
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

/** Damage done to bytes: at each place something is put in, taken out or overwritten. */
const damage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.nat(6),
    add: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...SPICE, "") },
      fc.string({ unit: "binary-ascii", maxLength: 3 }),
    ),
  }),
  { maxLength: 3 },
);

type Damage = readonly { readonly at: number; readonly drop: number; readonly add: string }[];

function damaged(text: string, harm: Damage): string {
  return harm.reduce((sound, { at, drop, add }) => {
    const place = Math.floor(at * sound.length);
    return sound.slice(0, place) + add + sound.slice(place + drop);
  }, text);
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

const ANSWERS = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
  "HTTP/1.0 200 OK\r\nConnection: close, x-a\r\nX-A: b\r\n\r\nuntil the end",
];

/** How long a damaged message may leave the other side waiting, before it is given up, ms. */
const GIVE_UP_MS = 25;

test("requests", { timeout: 60_000 }, async () => {
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
    fc.asyncProperty(fc.constantFrom(...REQUESTS), damage, async (text, harm) => {
      const client = await scene.client(gateway);
      await client.send(damaged(text, harm));
      await client.head(GIVE_UP_MS).catch(() => undefined);
      client.reset();
      await untilFree(gateway);
    }),
    { numRuns: 300 },
  );
  expect(wrong).toEqual([]);
  // What was cut is cut: no connection holds a further whole request that the strict reader did not take.
  for (const connection of upstream.accepted) {
    const head = parseHead(connection.bytes);
    if (head === undefined) continue;
    expect(parseBody(connection.bytes.subarray(head.length), framingOf(head)).whole).toBe(false);
  }
  const after = await scene.client(gateway);
  await after.send(requestText("GET", "/up/after", [AUTH]));
  expect((await after.response()).text).toBe("ok");
});

test("answers", { timeout: 60_000 }, async () => {
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
    fc.asyncProperty(fc.constantFrom(...ANSWERS), damage, async (text, harm) => {
      answer = damaged(text, harm);
      const client = await scene.client(gateway);
      await client.send(requestText("GET", "/up/x", [AUTH]));
      // Whole, cut or a 502 or 504: an end comes by itself, and what is said is HTTP that a strict reader takes.
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
