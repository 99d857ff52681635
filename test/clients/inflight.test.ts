// The limit of a client on requests in flight: exact over all its routes and tokens, under load, and over reloads while streams
// run (contract, sections 5 and 12).

import { describe, expect, test } from "vitest";
import { AUTH, type ConfigParts, configText } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { type RawClient, type RawResponse, requestText } from "../support/raw-client.ts";
import { setScene, untilCounts, untilFree } from "../support/scene.ts";
import { as, type Clients, routeLines, tokenOf, withClients } from "./clients.ts";

const scene = setScene();
const TWO_TOKENS = `tokens: [${tokenOf("a", 1)}, ${tokenOf("a", 2)}]`;
const LIMITED = (max: number): string => `${TWO_TOKENS}, max_inflight: ${max}`;
const REFUSED = '{"error":"client_concurrency_exceeded"}';

/** An upstream whose streams stay open until the test ends them, and a gateway with two routes to it. */
async function start(clients: Clients, top: readonly string[] = []) {
  const held = new Set<() => void>();
  const upstream = await scene.upstream((req, res) => {
    if (req.url !== "/stream") return void res.end("ok");
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: 1\n\n");
    held.add(() => res.end("data: 2\n\n"));
  });
  const parts = (of: Clients): ConfigParts =>
    withClients({ base: upstream.url, more: routeLines("second", upstream.url), top }, of);
  const gateway = await scene.gateway(parts(clients));
  const swap = (next: Clients): void => gateway.swap(configText(parts(next)));
  const endStreams = (): void => {
    for (const end of held) end();
    held.clear();
  };
  return { upstream, gateway, swap, endStreams };
}

async function stream(gateway: TestGateway, line: string, route = "up"): Promise<RawClient> {
  const client = await scene.client(gateway);
  await client.send(requestText("GET", `/${route}/stream`, [line]));
  await client.untilText("data: 1\n\n");
  return client;
}

async function get(gateway: TestGateway, path: string, line: string): Promise<RawResponse> {
  const client = await scene.client(gateway);
  await client.send(requestText("GET", path, [line]));
  const response = await client.response();
  client.socket.destroy();
  return response;
}

async function status(gateway: TestGateway, line: string = as("a")): Promise<number> {
  return (await get(gateway, "/up/x", line)).status;
}

test("exactly the limit of 200 requests at once, over routes and tokens", async () => {
  const { gateway, upstream, endStreams } = await start({ a: LIMITED(7), b: "max_inflight: 100" });
  let refused = 0;
  const answers = Array.from({ length: 200 }, async (_, n) => {
    const client = await scene.client(gateway);
    await client.send(requestText("GET", n % 2 === 0 ? "/up/stream" : "/second/stream", [as("a", 1 + (n % 2))]));
    const head = await client.head();
    if (head.status === 429) refused++;
    return client.body(head);
  });
  const others = [await stream(gateway, as("b")), await stream(gateway, AUTH)];
  await untilCounts(gateway, ({ inFlight }) => refused === 193 && inFlight === 9);
  expect(gateway.limits.totals()).toMatchObject({ clients: 8 });
  expect(upstream.requests.length).toBe(7 + others.length);
  endStreams();
  const all = await Promise.all(answers);
  const wrong = all.filter(({ status }) => status === 429);
  expect(all.filter(({ status, text }) => status === 200 && text.endsWith("data: 2\n\n")).length).toBe(7);
  for (const { text, header } of wrong) expect([text, header("retry-after")]).toEqual([REFUSED, "1"]);
  expect(wrong.length).toBe(193);
  await untilFree(gateway);
  expect(await status(gateway)).toBe(200);
});

test("whatever ends a request gives its slot back", async () => {
  const upstream = await scene.upstream((req, res) => {
    if (req.url === "/reset") return void req.socket.resetAndDestroy();
    if (req.url === "/cut") return void res.writeHead(200, { "content-length": 9 }).write("x", () => res.destroy());
    if (req.url === "/hang") return;
    res.end("ok");
  });
  const parts = { base: upstream.url, upstream: ["request_timeout_ms: 100"] };
  const gateway = await scene.gateway(withClients(parts, { a: "max_inflight: 1, models: [gpt-5]" }));
  for (const path of ["/up/x", "/up/reset", "/up/cut", "/up/hang", "/up/x?model=gpt-6", "/up/x"]) {
    await get(gateway, path, as("a"));
    await untilFree(gateway);
  }
  for (const leave of ["reset", "close", "halfClose"] as const) {
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/hang", [as("a")]));
    await untilCounts(gateway, ({ clients }) => clients === 1);
    await client[leave]();
    await untilFree(gateway);
  }
  expect(await status(gateway)).toBe(200);
});

test("a request that waits for its upstream counts", async () => {
  const queue = "concurrency: {upstream_per_key_max_inflight: 1, queue: {max_waiting: 5, timeout_ms: 60000}}";
  const { gateway, endStreams } = await start({ a: LIMITED(2) }, [queue]);
  await stream(gateway, as("a"));
  const waiting = await scene.client(gateway);
  await waiting.send(requestText("GET", "/up/x", [as("a")]));
  await untilCounts(gateway, (counts) => counts.waiting === 1);
  expect(await status(gateway)).toBe(429);
  await waiting.close();
  await untilCounts(gateway, (counts) => counts.waiting === 0);
  const other = await scene.client(gateway);
  await other.send(requestText("GET", "/up/x", [as("a")]));
  await untilCounts(gateway, (counts) => counts.waiting === 1);
  endStreams();
  expect((await other.response()).status).toBe(200);
});

test("a refusal holds no slot of the gateway", async () => {
  const { gateway, endStreams } = await start({ a: LIMITED(1), b: "enabled: true" }, [
    "concurrency: {downstream_max_inflight: 2}",
  ]);
  await stream(gateway, as("a"));
  for (let n = 0; n < 5; n++) expect((await get(gateway, "/up/x", as("a"))).text).toBe(REFUSED);
  await untilCounts(gateway, ({ downstream, clients }) => downstream === 1 && clients === 1);
  expect(await status(gateway, as("b"))).toBe(200);
  endStreams();
});

describe("reloads while streams run", () => {
  test("20 times the same, then raised and lowered", async () => {
    const { gateway, swap, endStreams } = await start({ a: LIMITED(3) });
    await Promise.all([stream(gateway, as("a")), stream(gateway, as("a", 2)), stream(gateway, as("a"), "second")]);
    for (let n = 0; n < 20; n++) {
      swap({ a: LIMITED(3 + (n % 2)) });
      expect(await status(gateway)).toBe(n % 2 === 0 ? 429 : 200);
    }
    swap({ a: LIMITED(1) });
    expect(await status(gateway)).toBe(429);
    endStreams();
    await untilFree(gateway);
    expect(await status(gateway)).toBe(200);
  });

  test("a limit that is added counts what runs, also after it was removed", async () => {
    const { gateway, swap, endStreams } = await start({ a: TWO_TOKENS });
    await Promise.all([stream(gateway, as("a")), stream(gateway, as("a", 2))]);
    swap({ a: LIMITED(2) });
    expect(await status(gateway)).toBe(429);
    expect(gateway.limits.totals().clients).toBe(2);
    swap({ a: TWO_TOKENS });
    await stream(gateway, as("a"));
    swap({ a: LIMITED(4) });
    await stream(gateway, as("a"));
    expect(await status(gateway)).toBe(429);
    expect(gateway.limits.totals().clients).toBe(4);
    endStreams();
    await untilFree(gateway);
    // The counts of older plans are gone with them.
    expect(gateway.limits.size).toBe(1);
  });

  test("a client that is renamed, removed, or whose token had none", async () => {
    const { gateway, swap, endStreams } = await start({ a: LIMITED(1) });
    await stream(gateway, as("a"));
    swap({ b: LIMITED(1) });
    // The stream belongs to a client that is no more.
    await stream(gateway, as("a"));
    expect(await status(gateway)).toBe(429);
    swap({ c: "max_inflight: 1" });
    expect(await status(gateway)).toBe(401);
    swap({ b: LIMITED(2) });
    expect(await status(gateway)).toBe(200);
    swap({ a: LIMITED(1) });
    expect(await status(gateway)).toBe(429);
    endStreams();
    await untilFree(gateway);
    expect(await status(gateway)).toBe(200);
  });

  test("a request whose body is held meanwhile counts as soon as it goes on", async () => {
    const { gateway, swap, endStreams } = await start({ a: `${TWO_TOKENS}, models: [gpt-5]` });
    const body = '{"model":"gpt-5"}';
    const client = await scene.client(gateway);
    const head = requestText("POST", "/up/stream", [as("a"), `Content-Length: ${body.length}`]);
    await client.send(head, body.slice(0, 5));
    await untilCounts(gateway, ({ inFlight }) => inFlight === 1);
    swap({ a: LIMITED(1) });
    await client.send(body.slice(5));
    await client.untilText("data: 1\n\n");
    expect(await status(gateway)).toBe(429);
    expect(gateway.limits.totals().clients).toBe(1);
    endStreams();
    await untilFree(gateway);
    expect(await status(gateway)).toBe(200);
  });
});
