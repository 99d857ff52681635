// The gateway shuts down during exchanges: streams finish, new requests are refused, idle connections close, and what is not
// finished at the end of the drain is broken (contract, section 8).

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { waitingTail } from "../support/waiting-tail.ts";

const scene = setScene();

async function streaming(top: readonly string[]) {
  let end = () => {};
  const upstream = await scene.upstream((req, res) => {
    if (req.url !== "/stream") return void res.end("ok");
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: 1\n\n");
    end = () => res.end("data: 2\n\n");
  });
  const gateway = await scene.gateway({ base: upstream.url, top });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/stream", [AUTH]));
  const head = await client.head();
  await client.until("the first event", () => client.text.includes("data: 1") || undefined);
  return { upstream, gateway, client, head, end: () => end() };
}

test("a running stream finishes, then its connection closes; idle connections close at once; none is accepted", async () => {
  const { gateway, client, head, end } = await streaming([]);
  const idle = await scene.client(gateway);
  await idle.send(requestText("GET", "/healthz"));
  await idle.response();

  const drained = gateway.drain();
  expect(await within("the idle connection to close", idle.ended)).toBe("fin");
  await expect(connectRaw(gateway.port)).rejects.toThrow("ECONNREFUSED");
  end();
  expect(await client.body(head)).toMatchObject({ text: "data: 1\n\ndata: 2\n\n", whole: true });
  expect(await within("the stream's connection to close", client.ended)).toBe("fin");
  expect(await drained).toBe(true);
});

test("a connection that has not sent a request closes at once", async () => {
  const { gateway, end } = await streaming([]);
  const fresh = await scene.client(gateway);
  const drained = gateway.drain();
  expect(await within("it to close", fresh.ended, 3000).finally(end)).toBe("fin");
  expect(await drained).toBe(true);
});

test("a request on a connection that is in use is refused with `shutting_down`", async () => {
  const { gateway, upstream, client, head, end } = await streaming([]);
  const drained = gateway.drain();
  // The request is pipelined: its response comes after the stream.
  await client.send(requestText("GET", "/up/late", [AUTH]));
  end();
  expect(await client.body(head)).toMatchObject({ whole: true });
  const late = await client.response();
  expect(late).toMatchObject({ status: 503, text: '{"error":"shutting_down"}' });
  expect(late.header("connection")).toBe("close");
  expect(late.header("retry-after")).toMatch(/^\d+$/);
  expect(await drained).toBe(true);
  expect(upstream.requests.map(({ url }) => url)).toEqual(["/stream"]);
});

test("a response that begins while draining carries `connection: close`", async () => {
  let answer = () => {};
  const upstream = await scene.upstream((_req, res) => {
    answer = () => res.end("ok");
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  await upstream.nextRequest();
  const drained = gateway.drain();
  answer();
  const response = await client.response();
  expect(response).toMatchObject({ status: 200, text: "ok", whole: true });
  expect(response.header("connection")).toBe("close");
  expect(await drained).toBe(true);
});

test("in the grace time requests are served as before, but `/readyz` reports draining", async () => {
  const { gateway, end } = await streaming(["shutdown: {grace_ms: 400, drain_timeout_ms: 5000}"]);
  const probe = await scene.client(gateway);
  await probe.send(requestText("GET", "/readyz"));
  expect(await probe.response()).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  const drained = gateway.drain();
  await probe.send(requestText("GET", "/readyz"));
  expect(await probe.response()).toMatchObject({ status: 503, text: '{"status":"draining"}' });
  const fresh = await scene.client(gateway);
  await fresh.send(requestText("GET", "/up/x", [AUTH]));
  expect(await fresh.response()).toMatchObject({ status: 200, text: "ok" });
  end();
  expect(await drained).toBe(true);
});

test("a stream that outlasts the drain is broken, and `drain` returns false", async () => {
  const { gateway, client, head, upstream } = await streaming(["shutdown: {drain_timeout_ms: 100}"]);
  const stream = await upstream.nextRequest();
  expect(await gateway.drain()).toBe(false);
  expect(await client.body(head)).toMatchObject({ text: "data: 1\n\n", whole: false });
  expect(await within("the upstream to be aborted", stream.closed)).toBe("aborted");
});

test("the last bytes of a response reach a client that reads slowly, though the upstream is done", async () => {
  const { gateway, client, sent, waiting } = await waitingTail(scene);
  const other = await scene.client(gateway);
  await other.send(requestText("GET", "/healthz"));
  await other.response();
  const drained = gateway.drain();
  await within("the idle connection to close", other.ended);
  expect(waiting()).toBeGreaterThan(0);
  client.socket.resume();
  const head = await client.head();
  await client.until("the whole body", () => client.total > sent || client.end);
  const response = await client.body(head);
  expect(response.whole).toBe(true);
  expect(response.body.length).toBe(sent);
  expect(await drained).toBe(true);
  expect(await gateway.completed(({ path }) => path === "/up/x")).toMatchObject({ outcome: "success" });
});
