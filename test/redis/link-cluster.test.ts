// Checks the link on a Redis Cluster: of one node, of two, while slots move, and when a node fails.

import { describe, expect, it } from "vitest";
import { freePort } from "../support/ports.ts";
import { hasRedis, type TestRedis } from "../support/redis.ts";
import { startRedisCluster } from "../support/redis-cluster.ts";
import { COUNT, QUICK, recordedLink, timed } from "../support/redis-link.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

/** Keys on many slots. */
const KEYS = Array.from({ length: 40 }, (_, i) => `test:{${i}}:n`);

describe.skipIf(!hasRedis)("the link on a Redis Cluster", () => {
  it("works on one node, and says what doesn't", async () => {
    const [node] = await startRedisCluster(1);
    const { link, told } = await recordedLink(node?.url ?? "");
    const values = await Promise.all(KEYS.map((key) => link.run(COUNT, [key], [])));
    expect(values).toEqual(KEYS.map(() => 1));
    for (let i = 0; i < 2; i += 1) {
      expect((await timed(link, COUNT, ["test:{a}", "test:{b}"])).error).toMatchObject({ mayHaveRun: false });
    }
    expect((await timed(link, COUNT, ["test:{a}:1", "test:{a}:2"])).value).toBe(1);
    expect(link.up).toBe(true);
    expect(told).toEqual([
      "up",
      expect.stringMatching(/^refused: on Redis Cluster a request can't be checked for several limits/),
    ]);
  });

  it("asks the node that has the keys, and sends it a script that it does not know", async () => {
    const nodes = await startRedisCluster(2);
    const { link, told } = await recordedLink(nodes[1]?.url ?? "");
    for (let round = 1; round <= 3; round += 1) {
      expect(await Promise.all(KEYS.map((key) => link.run(COUNT, [key], [])))).toEqual(KEYS.map(() => round));
      for (const node of nodes) node.cli("script", "flush");
    }
    for (const node of nodes) expect(Number(node.cli("dbsize"))).toBeGreaterThan(5);
    expect((await timed(link, COUNT, ["test:{a}", "test:{b}"])).error).toMatchObject({ mayHaveRun: false });
    expect(told).toEqual(["up", expect.stringMatching(/^refused: on Redis Cluster/)]);
  });

  it("logs in on each node", async () => {
    const nodes = await startRedisCluster(2, ["--requirepass", "s3cret"]);
    const { link, told } = await recordedLink(nodes[0]?.url.replace("//", "//:s3cret@") ?? "");
    expect(await Promise.all(KEYS.map((key) => link.run(COUNT, [key], [])))).toEqual(KEYS.map(() => 1));
    expect(told).toEqual(["up"]);
  });

  it.each([
    ["another node", 0],
    ["a node that had none", 1],
  ])("follows a slot to %s", async (_, spare) => {
    const nodes = await startRedisCluster(2, [], spare);
    const { link, told } = await recordedLink(nodes[0]?.url ?? "");
    const key = "test:{moved}";
    expect((await timed(link, COUNT, [key])).value).toBe(1);
    await moveSlot(key, nodes);
    const calls = await Promise.all(Array.from({ length: 20 }, () => timed(link, COUNT, [key])));
    const values = calls.map(({ value }) => Number(value)).toSorted((a, b) => a - b);
    expect(values).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
    expect(told).toEqual(["up"]);
  });

  it("is away as a whole while a node does not answer", async () => {
    const [first, second] = await startRedisCluster(2, ["--cluster-node-timeout", "60000"]);
    if (first === undefined || second === undefined) throw new Error("two nodes");
    const { link, told, ups, aways } = await recordedLink(first.url, QUICK);
    second.freeze();
    const calls = await Promise.all(KEYS.map((key) => timed(link, COUNT, [key])));
    expect(calls.some(({ value }) => value === 1)).toBe(true);
    for (const { error, ms } of calls) {
      if (error !== undefined) expect(error).toMatchObject({ message: "no answer within 250 ms", mayHaveRun: true });
      expect(ms).toBeLessThan(QUICK.timeoutMs + 1000);
    }
    await aways(1);
    expect((await timed(link, COUNT, [KEYS[0] ?? ""])).error).toMatchObject({ mayHaveRun: false });
    second.thaw();
    await ups(2);
    expect(told).toEqual(["up", "away: no answer within 250 ms", "up"]);
  });

  it("is back by another node when the one of the URL does not come back", async () => {
    const nodes = await startRedisCluster(2);
    const relay = await TcpRelay.start(nodes[0]?.port ?? 0);
    const { link, told, ups } = await recordedLink(`redis://127.0.0.1:${relay.port}`);
    expect(told).toEqual(["up"]);
    relay.switchTo(await freePort());
    for (const node of nodes) node.cli("client", "kill", "type", "normal");
    await ups(2);
    expect(await Promise.all(KEYS.map((key) => link.run(COUNT, [key], [])))).toEqual(KEYS.map(() => 1));
  });

  it("has only the database 0", async () => {
    const [node] = await startRedisCluster(1);
    expect((await recordedLink(`${node?.url}/1`)).told).toEqual(["away: Redis refuses the database 1"]);
  });
});

/** Moves the slot of a key, with the key, to the last node that does not have it. */
async function moveSlot(key: string, nodes: readonly TestRedis[]): Promise<void> {
  const slot = nodes[0]?.cli("cluster", "keyslot", key) ?? "";
  const from = nodes.find((node) => node.cli("exists", key) === "1");
  const to = nodes.findLast((node) => node !== from);
  if (from === undefined || to === undefined) throw new Error("no node has the key");
  const [fromId, toId] = [from.cli("cluster", "myid"), to.cli("cluster", "myid")];
  to.cli("cluster", "setslot", slot, "importing", fromId);
  from.cli("cluster", "setslot", slot, "migrating", toId);
  from.cli("migrate", "127.0.0.1", String(to.port), key, "0", "5000");
  for (const node of [to, from]) node.cli("cluster", "setslot", slot, "node", toId);
}
