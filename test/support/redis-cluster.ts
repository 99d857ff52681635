// Starts a Redis Cluster without replicas for a test, its slots divided evenly between its nodes.

import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { until } from "./deadline.ts";
import { freePort } from "./ports.ts";
import { startRedis, type TestRedis } from "./redis.ts";

const SLOTS = 16_384;

/**
 * It ends when the test has finished.
 * @param size how many nodes have slots
 * @param spare how many more there are, without slots
 */
export async function startRedisCluster(
  size: number,
  options: readonly string[] = [],
  spare = 0,
): Promise<readonly TestRedis[]> {
  const nodes: TestRedis[] = [];
  const buses: number[] = [];
  for (let i = 0; i < size + spare; i += 1) {
    const file = join(tmpdir(), `redis-cluster-${process.pid}-${Math.random().toString(36).slice(2)}.conf`);
    // The port for the other nodes. Redis would take one of the kernel's own ports, which may be in use.
    const bus = await freePort();
    const cluster = ["--cluster-enabled", "yes", "--cluster-config-file", file, "--cluster-port", String(bus)];
    const node = await startRedis([...cluster, ...options]);
    buses.push(bus);
    onTestFinished(async () => {
      await node.close();
      await rm(file, { force: true });
    });
    if (i < size) node.cli("cluster", "addslotsrange", String(slotOf(i, size)), String(slotOf(i + 1, size) - 1));
    nodes.push(node);
  }
  const [first, ...others] = nodes;
  for (const [i, { port }] of others.entries())
    first?.cli("cluster", "meet", "127.0.0.1", String(port), String(buses[i + 1]));
  const ready = (node: TestRedis): boolean => {
    const info = node.cli("cluster", "info");
    const known = info.includes(`cluster_size:${size}`) && info.includes(`cluster_known_nodes:${size + spare}`);
    return known && info.includes("cluster_state:ok");
  };
  await until("the cluster", () => nodes.every(ready));
  return nodes;
}

function slotOf(node: number, size: number): number {
  return Math.floor((node * SLOTS) / size);
}
