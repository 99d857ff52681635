// Responses whose type is in `stream_types` may take any time, as long as they move. All others have `request_timeout_ms`
// for their last byte (contract, section 4, "Timeouts").

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { UpstreamHandler } from "../support/upstream.ts";

const scene = setScene();

/** A response of this type that moves for 500 ms. */
function moving(type: string): UpstreamHandler {
  return async (_req, res) => {
    res.writeHead(200, { "content-type": type });
    for (let i = 0; i < 5; i++) {
      res.write("x");
      await sleep(100);
    }
    res.end("|end");
  };
}

async function ask(type: string, lines: readonly string[]) {
  const upstream = await scene.upstream(moving(type));
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["request_timeout_ms: 200", ...lines] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  return { response: await client.response(), gateway };
}

test("a stream may take longer than request_timeout_ms, and another response is cut", async () => {
  const [stream, other] = await Promise.all([
    ask("Application/X-NDJSON; charset=utf-8", []),
    ask("application/json", []),
  ]);
  expect(stream.response).toMatchObject({ status: 200, text: "xxxxx|end", whole: true });
  expect(await stream.gateway.completed()).toMatchObject({ outcome: "success" });
  expect(other.response).toMatchObject({ status: 200, whole: false });
  expect(await other.gateway.completed()).toMatchObject({ outcome: "upstream_timeout" });
});

test("configured types replace the default ones", async () => {
  const lines = ["stream_types: [application/json, image/*]"];
  const types = ["image/png", "application/json", "text/event-stream"];
  const asked = await Promise.all(types.map((type) => ask(type, lines)));
  expect(asked.map(({ response }) => response.whole)).toEqual([true, true, false]);
});

test("silence breaks a stream that is no event stream, too", async () => {
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-type": "audio/mpeg" });
    res.write("x");
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["stream_idle_timeout_ms: 100"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 200, text: "x", whole: false });
  expect(await within("the upstream to be aborted", (await upstream.nextRequest()).closed)).toBe("aborted");
  await untilFree(gateway);
});

test("a client that does not read is not the upstream's silence", async () => {
  // More than the buffers of the kernel hold.
  const body = Buffer.alloc(24 * 1024 * 1024);
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-type": "application/octet-stream", "content-length": body.length });
    res.end(body);
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["stream_idle_timeout_ms: 250"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  await client.head();
  client.socket.pause();
  await sleep(700);
  expect(client.total).toBeLessThan(body.length);
  client.socket.resume();
  await client.until("the whole body", () => client.total > body.length || undefined);
  expect(await gateway.completed()).toMatchObject({ outcome: "success", bytes_sent: body.length });
});

test("a response that begins before the end of the upload has request_timeout_ms from that end", async () => {
  const upstream = await scene.upstream(
    (req, res) => {
      res.writeHead(200, { "content-type": "text/plain" });
      req.on("data", (chunk: Buffer) => res.write(chunk));
    },
    { body: "leave" },
  );
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["request_timeout_ms: 200"] });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/echo", [AUTH, "Content-Length: 5"]));
  for (const piece of "abcde") {
    await sleep(100);
    await client.send(piece);
  }
  const sent = performance.now();
  expect(await client.response("POST")).toMatchObject({ status: 200, text: "abcde", whole: false });
  expect(performance.now() - sent).toBeGreaterThan(190);
  expect(await gateway.completed()).toMatchObject({ outcome: "upstream_timeout" });
});

test("a response has begun, then neither side moves while the upload is unfinished: both are broken", async () => {
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-type": "text/plain" });
    res.write("begun");
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["stream_idle_timeout_ms: 150"] });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/rest", [AUTH, "Content-Length: 5"], "ab"));
  expect(await client.response("POST")).toMatchObject({ status: 200, text: "begun", whole: false });
  expect(await within("the upstream to be aborted", (await upstream.nextRequest()).closed)).toBe("aborted");
  expect(await gateway.completed()).toMatchObject({ outcome: "request_timeout", status: 200 });
});

test("a stream that began before the end of the upload is still limited by silence after that end", async () => {
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-type": "audio/mpeg" });
    res.write("begun");
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["stream_idle_timeout_ms: 150"] });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", [AUTH, "Content-Length: 4"], "ab"));
  await client.untilText("begun");
  await client.send("cd");
  await within("the client's connection to be broken", client.ended);
  expect(await gateway.completed()).toMatchObject({ outcome: "upstream_timeout", status: 200 });
});
