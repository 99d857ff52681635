// Checks that rate counts, in-flight counts and upstream connections survive a reload exactly, and which ones are released.

import { expect, test } from "vitest";
import { AUTH, type ConfigParts, configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import type { TestGateway } from "../support/gateway.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const scene = setScene();

/** An upstream whose streams stay open until the test ends them. */
async function holdingUpstream(): Promise<{ upstream: Upstream; endStreams: () => void }> {
  const held = new Set<() => void>();
  const upstream = await scene.upstream((req, res) => {
    if (req.url !== "/stream") return void res.end("ok");
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: 1\n\n");
    held.add(() => res.end("data: 2\n\n"));
  });
  return {
    upstream,
    endStreams: () => {
      for (const end of held) end();
      held.clear();
    },
  };
}

/** Begins a stream, waits for its first event, and leaves it open. */
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
  test(`the ${name} in-flight count is the same after each of 20 reloads, and the newest limit applies to it`, async () => {
    const { upstream, endStreams } = await holdingUpstream();
    const parts = (max: number): ConfigParts => ({ base: upstream.url, top: limit(max) });
    const gateway = await scene.gateway(parts(3));
    const streams = [await stream(gateway), await stream(gateway), await stream(gateway)];
    for (let n = 0; n < 20; n++) {
      gateway.swap(configText(parts(3 + (n % 2))));
      expect(await status(gateway)).toBe(n % 2 === 0 ? 503 : 200);
    }
    gateway.swap(configText(parts(1)));
    expect(await status(gateway)).toBe(503);
    endStreams();
    for (const one of streams) expect(await one.whole()).toMatchObject({ text: "data: 1\n\ndata: 2\n\n", whole: true });
    await untilFree(gateway);
    expect(await status(gateway)).toBe(200);
  });

  test(`a ${name} limit that a reload adds counts the exchanges that are already running`, async () => {
    const { upstream, endStreams } = await holdingUpstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const streams = [await stream(gateway), await stream(gateway)];
    gateway.swap(configText({ base: upstream.url, top: limit(2) }));
    expect(await status(gateway)).toBe(503);
    gateway.swap(configText({ base: upstream.url }));
    gateway.swap(configText({ base: upstream.url, top: limit(3) }));
    streams.push(await stream(gateway));
    expect(await status(gateway)).toBe(503);
    endStreams();
    for (const one of streams) expect(await one.whole()).toMatchObject({ whole: true });
    await untilFree(gateway);
    expect(await status(gateway)).toBe(200);
  });
}

test("a stream counts for the key it uses, and a rotated key starts at zero", async () => {
  const { upstream, endStreams } = await holdingUpstream();
  const parts: ConfigParts = { base: upstream.url, top: ["concurrency: {upstream_per_key_max_inflight: 1}"] };
  const gateway = await scene.gateway(parts);
  const old = await stream(gateway);
  expect(await status(gateway)).toBe(503);
  gateway.swap(configText(parts).replace(/Bearer upstream-key-\w+/, "Bearer another-key"));
  expect(await status(gateway)).toBe(200);
  gateway.swap(configText(parts));
  expect(await status(gateway)).toBe(503);
  endStreams();
  expect(await old.whole()).toMatchObject({ whole: true });
});

test("a waiting request is admitted when a reload raises the limit", async () => {
  const { upstream, endStreams } = await holdingUpstream();
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
  endStreams();
  for (const one of [first, second]) expect(await one.whole()).toMatchObject({ whole: true });
});

test("rate counts continue over reloads, also over one that removes the limit", async () => {
  const upstream = await scene.upstream();
  const limited = configText({ base: upstream.url, top: ["rate_limit: {per_minute: 30}"] });
  const gateway = await scene.gateway({ base: upstream.url, top: ["rate_limit: {per_minute: 30}"] });
  const minute = () => Math.floor(Date.now() / 60_000);
  // The window is the clock's minute. A run that crosses into the next minute proves nothing and is repeated.
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

test("an unchanged upstream keeps its connection, and a removed one's closes after its last exchange", async () => {
  const [{ upstream: unchanged, endStreams }, removed] = [await holdingUpstream(), await scene.upstream()];
  const both = (other: string) =>
    `${configText({ base: unchanged.url })}  - {id: other, prefix: /other, upstream: {${other}}}\n`;
  const gateway = await scene.gateway({ base: unchanged.url });
  gateway.swap(both(`base_url: "${removed.url}"`));
  expect(await status(gateway)).toBe(200);
  expect(await status(gateway, "/other/x")).toBe(200);
  expect([unchanged.connections, removed.connections, removed.open]).toEqual([1, 1, 1]);

  // An open stream keeps its whole plan in use, with the connections of all routes.
  const old = await stream(gateway);
  gateway.swap(configText({ base: unchanged.url }));
  expect(await status(gateway, "/other/x")).toBe(404);
  expect(removed.open).toBe(1);
  endStreams();
  expect(await old.whole()).toMatchObject({ whole: true });
  await removed.untilIdle();
  expect(await status(gateway)).toBe(200);
  expect(unchanged.connections).toBeLessThanOrEqual(2);
  expect(gateway.host.plans).toBe(1);
});

test("running exchanges stay on the plan they began with, and new ones use the new plan", async () => {
  const old = await holdingUpstream();
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
    old.endStreams();
    expect(await began.whole()).toMatchObject({ text: "data: 1\n\ndata: 2\n\n", whole: true });
    await untilFree(gateway);
    expect(gateway.host.plans).toBe(1);
  } finally {
    await other.close();
  }
});
