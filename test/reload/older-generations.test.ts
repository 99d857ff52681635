// Checks that a new limit counts the exchanges of every older plan, not only those of the plan before it.

import { expect, test } from "vitest";
import { AUTH, configText } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

async function startStream(gateway: TestGateway) {
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/stream", [AUTH]));
  const head = await client.head();
  await client.until("the first event", () => client.text.includes("data: 1") || undefined);
  return { whole: () => client.body(head) };
}

async function statusOf(gateway: TestGateway): Promise<number> {
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  return (await client.response()).status;
}

test.each(["downstream_max_inflight", "upstream_per_key_max_inflight"])(
  "a new %s counts the exchanges of two older plans",
  async (key) => {
    const streams: (() => void)[] = [];
    const upstream = await scene.upstream((req, res) => {
      if (req.url !== "/stream") return void res.end("ok");
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.write("data: 1\n\n");
      streams.push(() => res.end());
    });
    const unlimited = { base: upstream.url };
    const limited = { base: upstream.url, top: [`concurrency: {${key}: 2}`] };

    const gateway = await scene.gateway(unlimited);
    const onFirst = await startStream(gateway);
    gateway.swap(configText(unlimited));
    const onSecond = await startStream(gateway);
    gateway.swap(configText(limited));
    expect(gateway.host.plans).toBe(3);
    expect(await statusOf(gateway)).toBe(503);

    streams[0]?.();
    expect(await onFirst.whole()).toMatchObject({ whole: true });
    await expect.poll(() => gateway.host.plans).toBe(2);
    expect(await statusOf(gateway)).toBe(200);
    streams[1]?.();
    expect(await onSecond.whole()).toMatchObject({ whole: true });
    await untilFree(gateway);
    expect(gateway.limits.totals()).toMatchObject({ downstream: 0, upstream: 0 });
  },
);
