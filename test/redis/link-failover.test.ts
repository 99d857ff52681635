// Checks the link when its address leads to another server, when a primary becomes a replica, and when the network is slow.

import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { QUICK, recordedLink, timed } from "../support/redis-link.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

async function redis(options: readonly string[] = []): Promise<TestRedis> {
  const server = await startRedis(options);
  onTestFinished(() => server.close());
  return server;
}

/** A primary with a replica that has its data. */
async function pair(): Promise<{ primary: TestRedis; replica: TestRedis }> {
  const primary = await redis(["--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"]);
  const replica = await redis(["--replicaof", `127.0.0.1 ${primary.port}`]);
  await until("the replica", () => replica.cli("info", "replication").includes("master_link_status:up"));
  return { primary, replica };
}

describe.skipIf(!hasRedis)("a failover", () => {
  it("leads to another server at the same address", async () => {
    const { primary, replica } = await pair();
    const relay = await TcpRelay.start(primary.port);
    const { link, told, ups } = await recordedLink(`redis://127.0.0.1:${relay.port}`);
    await timed(link);
    await until("the copy", () => replica.cli("get", "test:n") === "1");
    replica.cli("replicaof", "no", "one");
    relay.switchTo(replica.port);
    await primary.kill();
    await ups(2);
    expect((await timed(link)).value).toBe(2);
    expect(told).toEqual(["up", "away: the connection was closed", "up"]);
  });

  it("makes the server a replica: it is away until it can be written to", async () => {
    const [first, second] = [await redis(), await redis()];
    const relay = await TcpRelay.start(first.port);
    const { link, told, ups } = await recordedLink(`redis://127.0.0.1:${relay.port}`);
    await timed(link);
    first.cli("replicaof", "127.0.0.1", String(second.port));
    const { error } = await timed(link);
    expect(error).toMatchObject({ message: "it is a replica, which can't be written to", mayHaveRun: true });
    // The replica answers each new connection, which does not make it usable.
    for (let i = 0; i < 3; i += 1) await relay.connection();
    expect(link.up).toBe(false);
    relay.switchTo(second.port);
    await ups(2);
    expect((await timed(link)).value).toBe(1);
    expect(told).toEqual(["up", "away: it is a replica, which can't be written to", "up"]);
  });

  it("promotes the replica that the address leads to", async () => {
    const { replica } = await pair();
    const { link, told, ups } = await recordedLink(replica.url);
    expect(told).toEqual(["away: it is a replica, which can't be written to"]);
    replica.cli("replicaof", "no", "one");
    await ups(1);
    expect((await timed(link)).value).toBe(1);
  });
});

describe.skipIf(!hasRedis)("a slow way to Redis", () => {
  it("is away while answers take longer than a call may take, is told once, and is back when they don't", async () => {
    const server = await redis();
    const relay = await TcpRelay.start(server.port);
    const { link, told, ups } = await recordedLink(`redis://127.0.0.1:${relay.port}`, QUICK);
    await timed(link);
    relay.delay(1000);
    const { error, ms } = await timed(link);
    expect(error).toMatchObject({ message: "no answer within 250 ms", mayHaveRun: true });
    expect(ms).toBeLessThan(QUICK.timeoutMs + 600);
    for (let i = 0; i < 3; i += 1) await relay.connection();
    expect(link.up).toBe(false);
    relay.delay(0);
    await ups(2);
    // Both calls have run: the slow one, too.
    expect((await timed(link)).value).toBe(3);
    expect(told).toEqual(["up", "away: no answer within 250 ms", "up"]);
  });
});
