// Checks on real sockets where chunks pass Node's parser by, and that nothing is lost then: neither bytes, nor the end of a response, nor
// the upstream's connection.

import { beforeEach, describe, expect, test, vi } from "vitest";
import { BodyPump } from "../../src/runtime/body/body-pump.ts";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { parseBody, parseHead } from "../support/http-message.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { EARLY, HEAD, LAST, PLAIN, PLAIN_TEXT, startChunks } from "./passed-chunks.ts";

const scene = setScene();
const taken = vi.spyOn(BodyPump.prototype, "take");
beforeEach(() => void taken.mockClear());

describe("where the body begins", () => {
  const BODY = "1a\r\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\nxyz\r\n";
  const TEXT = "\r\n\r\nHTTP/1.1 200 OK\r\n\r\nxyz";

  test.each([
    ["a head alone", [HEAD, BODY, ...PLAIN, LAST], true],
    ["a head with a chunk", [HEAD + BODY, ...PLAIN, LAST], true],
    ["a head with a part of a chunk", [HEAD + BODY.slice(0, 9), BODY.slice(9), ...PLAIN, LAST], true],
    ["a head with a part of a size", [`${HEAD}1`, BODY.slice(1), ...PLAIN, LAST], true],
    ["103 in an earlier read", [EARLY, HEAD + BODY, ...PLAIN, LAST], true],
    ["103 in the same read", [EARLY + HEAD + BODY, ...PLAIN, LAST], false],
    ["100 in the same read", [`HTTP/1.1 100 Continue\r\n\r\n${HEAD}${BODY}`, ...PLAIN, LAST], false],
    ["a head in two reads", [HEAD.slice(0, 30), HEAD.slice(30) + BODY, ...PLAIN, LAST], false],
    ["a blank line in two reads", [HEAD.slice(0, -2), `\r\n${BODY}`, ...PLAIN, LAST], false],
    ["a head of HTTP/1.0", [HEAD.replace("1.1", "1.0") + BODY, ...PLAIN, LAST], false],
    ["an extension in the first chunk", [`${HEAD}${BODY.replace("1a", "1a;x")}`, ...PLAIN, LAST], false],
    ["all in one read", [`${HEAD}${BODY}${PLAIN.join("")}${LAST}`], false],
    ["all but the end in one read", [`${HEAD}${BODY}${PLAIN.join("")}`, LAST], false],
  ] as const)("%s", async (_name, pieces, passesBy) => {
    const { ask } = await startChunks(scene);
    const { status, body, whole, outcome } = await ask({ pieces });
    // Node does not say what it makes of chunks in HTTP/1.0.
    if (!pieces[0].startsWith("HTTP/1.0")) {
      expect({ status, text: body.toString(), whole, outcome }).toEqual({
        status: 200,
        text: TEXT + PLAIN_TEXT,
        whole: true,
        outcome: "success",
      });
    }
    expect(taken.mock.calls.length > 0).toBe(passesBy);
  });

  test("a head whose lines end with LF alone is read as Node reads it, whatever its body looks like", async () => {
    const { ask } = await startChunks(scene);
    // Up to the blank line inside of the chunk, there are as many lines as in a head with one header. What follows looks like chunks.
    const looks = ["ab\r\n\r\n3\r\nxyz\r\n", "4\r\nabcd\r\n"] as const;
    const size = looks.join("").length.toString(16);
    const head = `HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n${size}\r\n`;
    const response = await ask({ pieces: [head + looks[0], looks[1], "\r\n", ...PLAIN, LAST], ends: true });
    // Later versions of Node refuse it.
    if (response.status !== 502) expect(response.body.toString()).toBe(looks.join("") + PLAIN_TEXT);
    expect(taken).not.toHaveBeenCalled();
  });
});

describe("a kept connection", () => {
  test.each([
    ["HEAD", "200 OK"],
    ["GET", "204 No Content"],
    ["GET", "304 Not Modified"],
  ])("is as it was after %s %s with a chunked coding and no body", async (method, status) => {
    const { ask, upstream } = await startChunks(scene);
    for (let i = 0; i < 3; i++) {
      const pieces = [`HTTP/1.1 ${status}\r\nTransfer-Encoding: chunked\r\n\r\n`];
      expect((await ask({ pieces }, method)).status).toBe(Number(status.slice(0, 3)));
    }
    for (let i = 0; i < 3; i++)
      expect((await ask({ pieces: [HEAD, ...PLAIN, LAST] })).body.toString()).toBe(PLAIN_TEXT);
    expect(upstream.connections).toBe(1);
  });

  test.each(["HEAD", "GET"])(
    "bytes that come after a response to %s, while it is idle, end nothing but it",
    async (method) => {
      const { ask, upstream, gateway } = await startChunks(scene);
      const pieces = method === "HEAD" ? [HEAD] : [HEAD, ...PLAIN, LAST];
      expect((await ask({ pieces }, method)).status).toBe(200);
      await untilFree(gateway);
      const [kept] = upstream.accepted;
      await kept?.send(`5\r\nstray\r\n${LAST}`);
      expect((await ask({ pieces: [HEAD, ...PLAIN, LAST] })).body.toString()).toBe(PLAIN_TEXT);
      expect(upstream.connections).toBe(2);
    },
  );

  test("has the same listeners after each request", async () => {
    const { ask, upstream } = await startChunks(scene);
    // The scene fails on a MaxListenersExceededWarning.
    for (let i = 0; i < 60; i++) {
      const response = await ask(
        { pieces: i % 3 === 0 ? [HEAD] : [HEAD, ...PLAIN, LAST] },
        i % 3 === 0 ? "HEAD" : "GET",
      );
      expect(response).toMatchObject({ status: 200, outcome: "success" });
    }
    expect(upstream.connections).toBe(1);
  });
});

test("a slow client: no more is read than it takes, and nothing is lost", async () => {
  const chunk = `400\r\n${"0123456789abcdef".repeat(64)}\r\n`;
  const total = 16 * 1024;
  const { gateway, plays } = await startChunks(scene);
  plays.push({ pieces: [HEAD, ...Array.from({ length: 64 }, () => chunk.repeat(total / 64)), LAST] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/slow", [AUTH]));
  await client.until("the first bytes", () => client.total > 1000 || undefined);
  client.socket.pause();
  const ended = new Promise<void>((resolve) => {
    client.socket.on("data", (bytes: Buffer) => {
      if (bytes.subarray(-LAST.length).toString() === LAST) resolve();
    });
  });
  client.socket.pause();
  const stopped = (async () => {
    while (!taken.mock.results.some(({ value }) => value === false)) await new Promise(setImmediate);
  })();
  await within("the gateway to stop reading", stopped);
  const sumOf = () => taken.mock.calls.reduce((sum, [run]) => sum + run.bytes, 0);
  const sum = sumOf();
  for (let i = 0; i < 100; i++) await new Promise(setImmediate);
  expect(sumOf()).toBe(sum);
  expect(sum).toBeLessThan(12 * 1024 * 1024);
  const whole = within("the end of the body", ended, 15_000);
  client.socket.resume();
  await whole;
  const { body, used } = parseBody(client.bytes.subarray(parseHead(client.bytes)?.length), { kind: "chunked" });
  expect(used).toBe(client.bytes.length - (parseHead(client.bytes)?.length ?? 0));
  expect(body.equals(Buffer.alloc(total * 1024, "0123456789abcdef"))).toBe(true);
  expect(await gateway.completed()).toMatchObject({ outcome: "success", bytes_sent: total * 1024 });
});

test("a client that leaves ends the upstream's connection", async () => {
  const { gateway, plays, upstream } = await startChunks(scene);
  plays.push({ pieces: [HEAD, ...PLAIN] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/leaves", [AUTH]));
  await client.untilText("third");
  expect(taken).toHaveBeenCalled();
  await client.close();
  await within("the connection to end", (await upstream.nextConnection()).ended);
  expect((await gateway.completed())["outcome"]).toBe("client_closed");
});

test("a reset between two chunks is no end", async () => {
  const { gateway, plays, upstream } = await startChunks(scene);
  plays.push({ pieces: [HEAD, ...PLAIN] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/reset", [AUTH]));
  await client.until("the chunks", () => client.text.includes("third") || undefined);
  (await upstream.nextConnection()).reset();
  const { whole, text } = await client.response();
  expect({ whole, text }).toEqual({ whole: false, text: PLAIN_TEXT });
  expect((await gateway.completed())["outcome"]).toBe("upstream_aborted");
});

test("a client of HTTP/1.0 gets the data without chunks", async () => {
  const { gateway, plays } = await startChunks(scene);
  plays.push({ pieces: [HEAD, ...PLAIN, LAST] });
  const request = requestText("GET", "/up/old", [AUTH]).replace("HTTP/1.1", "HTTP/1.0");
  const { text, whole, header } = await exchange(gateway.port, request);
  expect({ text, whole, coding: header("transfer-encoding") }).toEqual({
    text: PLAIN_TEXT,
    whole: true,
    coding: undefined,
  });
  expect(taken).toHaveBeenCalled();
});
