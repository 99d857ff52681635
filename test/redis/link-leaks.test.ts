// Checks that many outages leave nothing behind: no sockets, timers, listeners or memory.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { recordedLink, timed } from "../support/redis-link.ts";
import { startScriptedRedis } from "../support/scripted-redis.ts";

const OUTAGES = 1000;
const MEGABYTE = 1024 * 1024;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Open sockets and timers of this process. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate|TLS/.test(name));
}

function memory(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

it("is away and back a thousand times, and leaves nothing behind", { timeout: 60_000 }, async () => {
  const server = await startScriptedRedis();
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  const { link, told } = await recordedLink(server.url, {}, { firstWait: 1, longestWait: 1 });
  await timed(link);
  const before = resources();
  const listeners = process.eventNames().map((name) => process.listenerCount(name));
  let settled = 0;
  for (let outage = 1; outage <= OUTAGES; outage += 1) {
    const kind = outage % 3;
    server.reply((_, socket) => {
      if (kind === 0) socket.destroy();
      if (kind === 1) return "garbage\r\n";
      if (kind === 2) return "-LOADING Redis is loading\r\n";
      return undefined;
    });
    const calls = await Promise.all([timed(link), timed(link), timed(link)]);
    expect(calls.every(({ error }) => error !== undefined)).toBe(true);
    expect(link.up).toBe(false);
    server.reply(() => ":1\r\n");
    await new Promise<void>((resolve) => {
      const look = (): unknown => (link.up ? resolve() : setImmediate(look));
      look();
    });
    expect((await timed(link)).value).toBe(1);
    if (outage === 200) settled = memory();
  }
  expect(told).toHaveLength(2 * OUTAGES + 1);
  expect(memory() - settled).toBeLessThan(3 * MEGABYTE);
  await until("the sockets to be gone", () => resources().length <= before.length);
  expect(process.eventNames().map((name) => process.listenerCount(name))).toEqual(listeners);
  await link.close();
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
});
