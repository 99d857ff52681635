// An event stream pauses: it is broken after `stream_idle_timeout_ms`. Each event restarts the timer; 0 means no limit.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { UpstreamHandler } from "../support/upstream.ts";

const scene = setScene();

const oneEvent: UpstreamHandler = (req, res) => {
  if (req.url === "/hang") return;
  res.writeHead(200, { "content-type": "text/event-stream" });
  res.write("data: 1\n\n");
};

test("silence breaks the stream and aborts the upstream request", async () => {
  const upstream = await scene.upstream(oneEvent);
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["stream_idle_timeout_ms: 100"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/stream", [AUTH]));
  const stream = await upstream.nextRequest();
  expect(await client.response()).toMatchObject({ status: 200, text: "data: 1\n\n", whole: false });
  expect(await within("the upstream to be aborted", stream.closed)).toBe("aborted");
  await untilFree(gateway);
  expect(await gateway.completed()).toMatchObject({ outcome: "upstream_timeout", status: 200 });
});

test("a stream outlives its longest silence while events keep coming", async () => {
  const SILENCE_MS = 500;
  const events = Array.from({ length: 12 }, (_, n) => `data: ${n}\n\n`);
  const upstream = await scene.upstream(async (_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of events) {
      res.write(event);
      await sleep(100);
    }
    res.end();
  });
  const gateway = await scene.gateway({
    base: upstream.url,
    upstream: [`stream_idle_timeout_ms: ${SILENCE_MS}`, "request_timeout_ms: 500"],
  });
  const client = await scene.client(gateway);
  const began = performance.now();
  await client.send(requestText("GET", "/up/stream", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 200, text: events.join(""), whole: true });
  // Both deadlines have passed twice. Only the events kept the stream open.
  expect(performance.now() - began).toBeGreaterThan(2 * SILENCE_MS);
  expect(await gateway.completed()).toMatchObject({ outcome: "success", status: 200 });
});

test("a limit of 0 allows any silence: the stream outlives every other deadline", async () => {
  const upstream = await scene.upstream(oneEvent);
  const gateway = await scene.gateway({
    base: upstream.url,
    upstream: ["stream_idle_timeout_ms: 0", "request_timeout_ms: 100"],
  });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/stream", [AUTH]));
  await client.untilText("data: 1\n\n");
  const other = await scene.client(gateway);
  await other.send(requestText("GET", "/up/hang", [AUTH]));
  expect((await other.response()).status).toBe(504);
  expect(client.end).toBeUndefined();
  expect(gateway.host.inFlight).toBe(1);
});
