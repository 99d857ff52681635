// Checks that WebSockets hold their slots over gateways that share a Redis, until they end.

import { describe, expect, it, onTestFinished } from "vitest";
import { hasRedis, startRedis } from "../support/redis.ts";
import { setScene } from "../support/scene.ts";
import { closeFrame, frame, handshake, openSocket } from "../support/websocket.ts";

const LIMITS = ["rate_limit: {per_minute: 1000}", "concurrency: {downstream_max_inflight: 2}"];

describe.skipIf(!hasRedis)("slots over two gateways that share a Redis", () => {
  const scene = setScene();

  async function twoGateways(base: string, upstream: readonly string[]) {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const top = [`state: {redis: {url: "${redis.url}", timeout_ms: 5000}}`, ...LIMITS];
    const gateways = [await scene.gateway({ base, top, upstream }), await scene.gateway({ base, top, upstream })];
    const slots = (): string[] =>
      redis
        .cli("KEYS", "*:slots")
        .split("\n")
        .filter((key) => key !== "")
        .map((key) => redis.cli("ZCARD", key));
    return { gateways, slots };
  }

  it("are held by a WebSocket as long as it is open", async () => {
    const server = await scene.rawUpstream();
    const { gateways, slots } = await twoGateways(server.url, ["websocket: true", "upstream_key_max_inflight: 1"]);
    const [first, second] = gateways;
    if (first === undefined || second === undefined) throw new Error("two gateways were started");
    const open = async (gateway: typeof first) =>
      openSocket(await scene.client(gateway), () => server.nextConnection());

    const pair = await open(first);
    expect(pair.head.status).toBe(101);
    expect(slots()).toEqual(["1", "1"]);

    const refused = await scene.client(second);
    await refused.send(handshake());
    expect(await refused.response()).toMatchObject({
      status: 503,
      body: Buffer.from('{"error":"upstream_concurrency_exceeded"}'),
    });

    await pair.client.send(frame("hello", { masked: true }));
    await pair.upstream.until("the frame", () => pair.upstream.bytes.length >= 11 || undefined);
    expect(slots()).toEqual(["1", "1"]);
    await pair.client.send(closeFrame(1000, true));
    await pair.upstream.send(closeFrame(1000));
    await pair.upstream.close();
    await expect.poll(slots).toEqual([]);
    expect((await open(second)).head.status).toBe(101);
  });
});
