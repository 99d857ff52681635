// The client disconnects while its request waits in the queue: its place is free at once, and nothing is sent upstream for it.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilCounts, untilFree } from "../support/scene.ts";

const scene = setScene();

test.each(["reset", "close", "halfClose"] as const)(
  "a waiting client's %s frees its place in the queue",
  async (leave) => {
    const held: (() => void)[] = [];
    const upstream = await scene.upstream((_req, res) => void held.push(() => res.end("ok")));
    const gateway = await scene.gateway({
      base: upstream.url,
      top: ["concurrency: {upstream_per_key_max_inflight: 1, queue: {max_waiting: 1, timeout_ms: 60000}}"],
    });
    const first = await scene.client(gateway);
    await first.send(requestText("GET", "/up/first", [AUTH]));
    await upstream.nextRequest();

    const waiting = await scene.client(gateway);
    await waiting.send(requestText("GET", "/up/waiting", [AUTH]));
    const refused = await scene.client(gateway);
    await refused.send(requestText("GET", "/up/refused", [AUTH]));
    expect(await refused.response()).toMatchObject({ status: 503, text: '{"error":"upstream_concurrency_exceeded"}' });

    await waiting[leave]();
    expect(await gateway.completed((line) => line["path"] === "/up/waiting")).toMatchObject({
      outcome: "client_closed",
      status: 499,
      attempts: 0,
    });
    expect(gateway.limits.totals().waiting).toBe(0);
    const second = await scene.client(gateway);
    await second.send(requestText("GET", "/up/second", [AUTH]));
    await untilCounts(gateway, ({ waiting }) => waiting === 1);
    held.shift()?.();
    expect((await first.response()).text).toBe("ok");
    expect((await upstream.nextRequest()).url).toBe("/second");
    held.shift()?.();
    expect((await second.response()).text).toBe("ok");
    await untilFree(gateway);
    expect(upstream.requests.map(({ url }) => url)).toEqual(["/first", "/second"]);
  },
);
