// What is carried over a reload, exactly: rate counts, in-flight counts, upstream connections. And what is let go.

import { expect, test } from "vitest";
import { AUTH, type ConfigParts, configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import type { TestGateway } from "../support/gateway.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const scene = setScene();

/** An upstream whose streams stay open until they are let go. */
async function holding(): Promise<{ upstream: Upstream; letGo: () => void }> {
  const held = new Set<() => void>();
  const upstream = await scene.upstream((req, res) => {
    if (req.url !== "/stream") return void res.end("ok");
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: 1\n\n");
    held.add(() => res.end("data: 2\n\n"));
  });
  return {
    upstream,
    letGo: () => {
      for (const end of held) end();
      held.clear();
    },
  };
}

/** Begins a stream and leaves it open, its first event here. */
async function stream(gateway: TestGateway) {
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/stream", [AUTH]));
  const head = await client.head();
  expect(head.status).toBe(200);
  await client.until("the first event", () => client.text.includes("data: 1") || undefined);
  return { whole: () => client.body(head) };
}

async function status(gateway: TestGateway, path = "/up/x"): Promise<number> {
  const client = await scene.client(gateway);
  await client.send(requestText("GET", path, [AUTH]));
  return (await client.response()).status;
}

const LIMITS: readonly [name: string, of: (max: number) => string[]][] = [
  ["downstream", (max) => [`concurrency: {downstream_max_inflight: ${max}}`]],
  ["upstream", (max) => [`concurrency: {upstream_per_key_max_inflight: ${max}}`]],
];

for (const [name, limit] of LIMITS) {
  test(`the ${name} in-flight count goes through 20 reloads unchanged, under the bound of the moment`, async () => {
    const { upstream, letGo } = await holding();
    const parts = (max: number): ConfigParts => ({ base: upstream.url, top: limit(max) });
    const gateway = await scene.gateway(parts(3));
    const streams = [await stream(gateway), await stream(gateway), await stream(gateway)];
    for (let n = 0; n < 20; n++) {
      gateway.swap(configText(parts(3 + (n % 2))));
      expect(await status(gateway)).toBe(n % 2 === 0 ? 503 : 200);
    }
    gateway.swap(configText(parts(1)));
    expect(await status(gateway)).toBe(503);
    letGo();
    for (const one of streams) expect(await one.whole()).toMatchObject({ text: "data: 1\n\ndata: 2\n\n", whole: true });
    await untilFree(gateway);
    expect(await status(gateway)).toBe(200);
  });

  test(`a ${name} limit that a reload adds counts what is under way already`, async () => {
    const { upstream, letGo } = await holding();
    const gateway = await scene.gateway({ base: upstream.url });
    const streams = [await stream(gateway), await stream(gateway)];
    gateway.swap(configText({ base: upstream.url, top: limit(2) }));
    expect(await status(gateway)).toBe(503);
    gateway.swap(configText({ base: upstream.url }));
    gateway.swap(configText({ base: upstream.url, top: limit(3) }));
    streams.push(await stream(gateway));
    expect(await status(gateway)).toBe(503);
    letGo();
    for (const one of streams) expect(await one.whole()).toMatchObject({ whole: true });
    await untilFree(gateway);
    expect(await status(gateway)).toBe(200);
  });
}

test("a stream's slot counts on the key it uses: a rotated key starts at nothing", async () => {
  const { upstream, letGo } = await holding();
  const parts: ConfigParts = { base: upstream.url, top: ["concurrency: {upstream_per_key_max_inflight: 1}"] };
  const gateway = await scene.gateway(parts);
  const old = await stream(gateway);
  expect(await status(gateway)).toBe(503);
  gateway.swap(configText(parts).replace(/Bearer upstream-key-\w+/, "Bearer another-key"));
  expect(await status(gateway)).toBe(200);
  gateway.swap(configText(parts));
  expect(await status(gateway)).toBe(503);
  letGo();
  expect(await old.whole()).toMatchObject({ whole: true });
});

test("a waiting request gets its place when a reload makes room", async () => {
  const { upstream, letGo } = await holding();
  const parts = (max: number): ConfigParts => ({
    base: upstream.url,
    top: [`concurrency: {upstream_per_key_max_inflight: ${max}, queue: {max_waiting: 1, timeout_ms: 60000}}`],
  });
  const gateway = await scene.gateway(parts(1));
  const first = await stream(gateway);
  const waiting = stream(gateway);
  await within(
    "a request to wait",
    (async () => {
      while (gateway.limits.totals().waiting === 0) await new Promise(setImmediate);
    })(),
  );
  gateway.swap(configText(parts(2)));
  const second = await waiting;
  letGo();
  for (const one of [first, second]) expect(await one.whole()).toMatchObject({ whole: true });
});

test("rate counts go on over reloads, also over one that takes the limit out", async () => {
  const upstream = await scene.upstream();
  const limited = configText({ base: upstream.url, top: ["rate_limit: {per_minute: 30}"] });
  const gateway = await scene.gateway({ base: upstream.url, top: ["rate_limit: {per_minute: 30}"] });
  const minute = () => Math.floor(Date.now() / 60_000);
  // The window is the clock's minute: a run that crossed into the next proves nothing and is run again.
  for (;;) {
    const began = minute();
    const seen: number[] = [];
    for (let n = 0; n < 10; n++) {
      for (let request = 0; request < 4; request++) seen.push(await status(gateway));
      if (n === 5) gateway.swap(configText({ base: upstream.url }));
      gateway.swap(limited);
    }
    if (minute() !== began) continue;
    expect(seen.filter((one) => one === 200)).toHaveLength(30);
    expect(seen.lastIndexOf(200)).toBe(29);
    break;
  }
});

test("an unchanged upstream keeps its connection; a removed one's is closed when its last exchange has ended", async () => {
  const [{ upstream: stays, letGo }, goes] = [await holding(), await scene.upstream()];
  const both = (other: string) =>
    `${configText({ base: stays.url })}  - {id: other, prefix: /other, upstream: {${other}}}\n`;
  const gateway = await scene.gateway({ base: stays.url });
  gateway.swap(both(`base_url: "${goes.url}"`));
  expect(await status(gateway)).toBe(200);
  expect(await status(gateway, "/other/x")).toBe(200);
  expect([stays.connections, goes.connections, goes.open]).toEqual([1, 1, 1]);

  // A stream on the old plan keeps all of it in use.
  const old = await stream(gateway);
  gateway.swap(configText({ base: stays.url }));
  expect(await status(gateway, "/other/x")).toBe(404);
  expect(goes.open).toBe(1);
  letGo();
  expect(await old.whole()).toMatchObject({ whole: true });
  await goes.untilIdle();
  expect(await status(gateway)).toBe(200);
  expect(stays.connections).toBeLessThanOrEqual(2);
  expect(gateway.host.plans).toBe(1);
});

test("exchanges go on with the plan they began with, new ones with the new", async () => {
  const old = await holding();
  const other = await startUpstream();
  try {
    const gateway = await scene.gateway({ base: old.upstream.url });
    const client = await scene.client(gateway);
    const began = await stream(gateway);
    gateway.swap(configText({ base: other.url }));
    await client.send(requestText("GET", "/up/new", [AUTH]));
    expect(await client.response()).toMatchObject({ status: 200 });
    expect(other.requests.map(({ url }) => url)).toEqual(["/new"]);
    expect(gateway.host.plans).toBe(2);
    old.letGo();
    expect(await began.whole()).toMatchObject({ text: "data: 1\n\ndata: 2\n\n", whole: true });
    await untilFree(gateway);
    expect(gateway.host.plans).toBe(1);
  } finally {
    await other.close();
  }
});
