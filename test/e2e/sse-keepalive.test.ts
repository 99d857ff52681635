// Checks `sse_keepalive_ms`: where comment lines are sent into a silent event stream, and where not (contract, section 4).

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const COMMENT = ": keep-alive\n\n";
const SSE = { "content-type": "text/event-stream" };
const SILENCE_MS = 400;

/** A silence on a busy machine may be long enough for a second comment: several in a row count as one. */
const oneEach = (text: string): string => text.replaceAll(new RegExp(`(?:${COMMENT})+`, "g"), COMMENT);

interface Case {
  readonly headers?: Readonly<Record<string, string>>;
  /** What the upstream sends, with a silence after each part. */
  readonly parts: readonly string[];
  readonly lines?: readonly string[];
}

/** The body that the client gets, with one comment in place of several in a row. */
async function bodyOf({ headers = SSE, parts, lines = ["sse_keepalive_ms: 250"] }: Case): Promise<string> {
  const upstream = await scene.upstream(async (_req, res) => {
    res.writeHead(200, headers).flushHeaders();
    for (const part of parts) {
      if (part !== "") res.write(part);
      await sleep(SILENCE_MS);
    }
    res.end();
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: lines });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const { text, whole } = await client.response();
  const { outcome, bytes_sent } = await gateway.completed();
  expect({ whole, outcome, bytes_sent }).toEqual({ whole: true, outcome: "success", bytes_sent: text.length });
  return oneEach(text);
}

/** Runs the cases side by side, since each takes a while. @returns the bodies by the names of the cases */
async function bodiesOf(cases: Readonly<Record<string, Case>>): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(Object.entries(cases).map(async ([name, row]) => [name, await bodyOf(row)] as const)),
  );
}

test("after the end of an event, in any spelling, a comment follows each silence", async () => {
  expect(
    await bodiesOf({
      lf: { parts: ["data: 1\n\n", "data: 2\n\n"] },
      crlf: { parts: ["data: 1\r\n\r\n", "data: 2\r\n\r\n"] },
      cr: { parts: ["data: 1\r\r", "data: 2\r\r"] },
      "the first silence is that after the headers": { parts: ["", "data: 1\n\n"] },
      "an uncoded body": { parts: ["data: 1\n\n"], headers: { ...SSE, "content-encoding": "Identity" } },
    }),
  ).toEqual({
    lf: `data: 1\n\n${COMMENT}data: 2\n\n${COMMENT}`,
    crlf: `data: 1\r\n\r\n${COMMENT}data: 2\r\n\r\n${COMMENT}`,
    cr: `data: 1\r\r${COMMENT}data: 2\r\r${COMMENT}`,
    "the first silence is that after the headers": `${COMMENT}data: 1\n\n${COMMENT}`,
    "an uncoded body": `data: 1\n\n${COMMENT}`,
  });
});

test("no comment is sent anywhere else", async () => {
  const cases: Record<string, Case> = {
    "in the middle of an event": { parts: ["data: 1\n", "data: 2\r\n", "data: 3\r\n\r"] },
    "with a content coding": { parts: ["data: 1\n\n"], headers: { ...SSE, "content-encoding": "x-own" } },
    "with a length": { parts: ["data: 1\n\n", "data: 2\n\n"], headers: { ...SSE, "content-length": "18" } },
    "in another type": { parts: ["{}\n\n"], headers: { "content-type": "application/x-ndjson" } },
    "without sse_keepalive_ms": { parts: ["data: 1\n\n"], lines: [] },
  };
  const whole = Object.entries(cases).map(([name, { parts }]) => [name, parts.join("")]);
  expect(await bodiesOf(cases)).toEqual(Object.fromEntries(whole));
});

test("the end of an event that comes in pieces is recognized", async () => {
  const upstream = await scene.upstream(async (_req, res) => {
    res.writeHead(200, SSE);
    for (const piece of ["data: 1", "\r", "\n", "\r", "\n"]) {
      res.write(piece);
      await sleep(20);
    }
    await sleep(SILENCE_MS);
    res.end();
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["sse_keepalive_ms: 250"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(oneEach((await client.response()).text)).toBe(`data: 1\r\n\r\n${COMMENT}`);
});

test("no comment is sent before the headers", async () => {
  const upstream = await scene.upstream(async (_req, res) => {
    await sleep(SILENCE_MS);
    res.writeHead(200, SSE).end("data: 1\n\n");
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["sse_keepalive_ms: 100"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect((await client.response()).text).toBe("data: 1\n\n");
});

test("comments extend no deadline: silence still breaks the stream", async () => {
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, SSE);
    res.write("data: 1\n\n");
  });
  const lines = ["sse_keepalive_ms: 60", "stream_idle_timeout_ms: 400"];
  const gateway = await scene.gateway({ base: upstream.url, upstream: lines });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const { text, whole } = await client.response();
  expect(whole).toBe(false);
  expect(text.startsWith(`data: 1\n\n${COMMENT}${COMMENT}`)).toBe(true);
  expect(await gateway.completed()).toMatchObject({ outcome: "upstream_timeout" });
});

test("a client that does not read gets no comments on top of what waits for it", async () => {
  // Wherever it is divided, it ends with an empty line.
  const lines = "\n".repeat(24 * 1024 * 1024);
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, SSE).end(lines);
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["sse_keepalive_ms: 50"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  await client.head();
  client.socket.pause();
  await sleep(2 * SILENCE_MS);
  client.socket.resume();
  const { bytes_sent } = await gateway.completed();
  // One for each 50 ms would be 16. A few may be sent before and after the pause.
  expect((Number(bytes_sent) - lines.length) / COMMENT.length).toBeLessThan(6);
});

test("a client of HTTP/1.0 gets them unchunked", async () => {
  const upstream = await scene.upstream(async (_req, res) => {
    res.writeHead(200, SSE);
    res.write("data: 1\n\n");
    await sleep(SILENCE_MS);
    res.end();
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["sse_keepalive_ms: 250"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]).replace("HTTP/1.1", "HTTP/1.0"));
  expect(oneEach((await client.response()).text)).toBe(`data: 1\n\n${COMMENT}`);
});
