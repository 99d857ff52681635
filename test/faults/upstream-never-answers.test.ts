// The upstream accepts the request and does not respond in time: 504 before the response headers, a broken body after them.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();
const TIMEOUT = ["request_timeout_ms: 150"];

test("no response headers: 504, and the upstream request is aborted", async () => {
  const upstream = await scene.upstream(() => {});
  const gateway = await scene.gateway({ base: upstream.url, upstream: TIMEOUT });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/slow", [AUTH]));
  const request = await upstream.nextRequest();
  expect(await client.response()).toMatchObject({ status: 504, text: '{"error":"upstream_timeout"}', whole: true });
  expect(await within("the upstream to be aborted", request.closed)).toBe("aborted");
  await untilFree(gateway);
  expect(await gateway.completed()).toMatchObject({ outcome: "upstream_timeout", status: 504 });
});

test("headers, but no end of the body: the body is broken, since the deadline is for the last byte", async () => {
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-type": "application/json" });
    res.write("{");
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: TIMEOUT });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/slow", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 200, text: "{", whole: false });
  expect(await within("the upstream to be aborted", (await upstream.nextRequest()).closed)).toBe("aborted");
  await untilFree(gateway);
  expect(await gateway.completed()).toMatchObject({ outcome: "upstream_timeout", status: 200 });
});

test("an event stream outlives the request's deadline, once its head has come", async () => {
  let stream: { write(text: string): void; end(): void } | undefined;
  const upstream = await scene.upstream((req, res) => {
    if (req.url !== "/stream") return;
    res.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" }).flushHeaders();
    stream = res;
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: TIMEOUT });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/stream", [AUTH]));
  const head = await client.head();
  // Another exchange, which began later, reaches its deadline. So the deadline of the stream has passed, too.
  const other = await scene.client(gateway);
  await other.send(requestText("GET", "/up/hang", [AUTH]));
  expect((await other.response()).status).toBe(504);
  stream?.write("data: late\n\n");
  stream?.end();
  expect(await client.body(head)).toMatchObject({ text: "data: late\n\n", whole: true });
});
