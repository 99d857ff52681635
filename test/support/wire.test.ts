// Checks the test support itself: it distinguishes complete from cut bodies, FIN from reset, and one connection from two.

import { afterEach, describe, expect, test } from "vitest";
import { framingOf, parseBody, parseHead } from "./http-message.ts";
import { connectRaw, exchange, type RawClient, requestText } from "./raw-client.ts";
import { closedPort, startRawUpstream, startUpstream } from "./upstream.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function stopAfter<T extends { close(): Promise<void> }>(thing: T): T {
  stops.push(() => thing.close());
  return thing;
}

async function answered(bytes: string, end: "fin" | "open"): Promise<RawClient> {
  const upstream = stopAfter(
    await startRawUpstream(async (connection) => {
      await connection.requestHead();
      await connection.send(bytes);
      if (end === "fin") connection.halfClose();
    }),
  );
  const client = stopAfter(await connectRaw(upstream.port));
  await client.send(requestText("GET", "/"));
  return client;
}

describe("a response is seen as whole or as cut", () => {
  const cases = [
    ["length met", "content-length: 2\r\n\r\nok", "open", true, "ok"],
    ["length unmet, FIN", "content-length: 3\r\n\r\nok", "fin", false, "ok"],
    ["chunks with their last", "transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "open", true, "ok"],
    ["chunks without their last", "transfer-encoding: chunked\r\n\r\n2\r\nok\r\n", "fin", false, "ok"],
    ["until close, FIN", "\r\nok", "fin", true, "ok"],
  ] as const;
  test.each(cases)("%s", async (_name, rest, end, whole, body) => {
    const client = await answered(`HTTP/1.1 200 OK\r\n${rest}`, end);
    const response = await client.response();
    expect(response).toMatchObject({ status: 200, whole, text: body });
    expect(response.end).toBe(end === "open" ? undefined : end);
  });
});

test("until close, then a reset: cut", async () => {
  const upstream = stopAfter(await startRawUpstream());
  const client = stopAfter(await connectRaw(upstream.port));
  const connection = await upstream.nextConnection();
  await connection.send("HTTP/1.1 200 OK\r\n\r\nok");
  const head = await client.head();
  connection.reset();
  expect(await client.body(head)).toMatchObject({ whole: false, text: "ok", end: "reset" });
});

test("1xx responses are kept in `interim`", async () => {
  const client = await answered("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "open");
  const response = await client.response();
  expect(response.status).toBe(204);
  expect(response.interim.map((head) => head.startLine)).toEqual(["HTTP/1.1 103 Early Hints"]);
});

test("waiting for a response that never comes fails with an error that names it and shows the bytes so far", async () => {
  const client = await answered("HTTP/1.1 200", "open");
  await expect(client.head(50)).rejects.toThrow('waited 50 ms for a response head; so far "HTTP/1.1 200"');
});

test("an upstream records a request as it came, and which side closed first", async () => {
  const upstream = stopAfter(
    await startUpstream((req, res) => {
      req.resume();
      if (req.url === "/whole") res.end("ok");
    }),
  );
  await exchange(
    upstream.port,
    requestText("POST", "/whole", ["X-Odd: a", "x-odd: b", "Content-Length: 3"], "abc"),
    "POST",
  );
  const whole = await upstream.nextRequest();
  expect(whole.headers("x-odd")).toEqual(["a", "b"]);
  expect(() => whole.header("x-odd")).toThrow("came 2 times");
  expect((await whole.body).toString()).toBe("abc");
  expect(await whole.closed).toBe("whole");

  const client = await connectRaw(upstream.port);
  await client.send(requestText("GET", "/hang"));
  const hung = await upstream.nextRequest();
  expect(hung.remotePort).not.toBe(whole.remotePort);
  client.reset();
  expect(await hung.closed).toBe("aborted");
  await upstream.untilIdle();
  expect(upstream.connections).toBe(2);
});

test("a chunked body is whole only when all of its bytes have come", () => {
  const bytes = Buffer.from(
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\nX: y\r\n\r\nGET",
  );
  const head = parseHead(bytes);
  if (head === undefined) throw new Error("no head");
  const body = bytes.subarray(head.length);
  const framing = framingOf(head);
  expect(parseBody(body, framing)).toMatchObject({ whole: true, trailers: ["X: y"], used: body.length - 3 });
  for (let i = 0; i < body.length - 3; i++) expect(parseBody(body.subarray(0, i), framing).whole).toBe(false);
});

test("a closed port refuses", async () => {
  await expect(connectRaw(await closedPort())).rejects.toThrow("ECONNREFUSED");
});
