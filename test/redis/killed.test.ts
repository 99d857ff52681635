// Checks what is left in Redis of a gateway that is killed, and that it ends by itself, while another gateway goes on. Also checks that a
// gateway without `state.redis` loads nothing of this.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Installation, install } from "../support/gateway-process.ts";
import { ledgerFolder } from "../support/ledger-folder.ts";
import { hasRedis } from "../support/redis.ts";
import { startUpstream } from "../support/upstream.ts";
import { ask, startWorld, USED, type World } from "./world.ts";

let installation: Installation;
beforeAll(async () => {
  installation = await install();
}, 60_000);
afterAll(() => installation.remove());

const LEASE_MS = 30_000;

/** All slots in Redis: key and id, and when the lease ends. */
async function leases(world: World): Promise<Map<string, number>> {
  const script = `
local found = {}
for _, key in ipairs(redis.call('KEYS', '*:slots')) do
  local slots = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for i = 1, #slots, 2 do found[#found + 1] = key .. ' ' .. slots[i] .. ' ' .. slots[i + 1] end
end
return found`;
  const lines = (await world.redisCli(["eval", script, "0"])).split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

describe.skipIf(!hasRedis)("a gateway that is killed", () => {
  it("holds its slots and what it has reserved until its leases end, and no longer", { timeout: 90_000 }, async () => {
    const config = {
      a: "max_inflight: 3, budgets: [{per: total, tokens: 100000}]",
      top: ["concurrency: {downstream_max_inflight: 20, upstream_per_key_max_inflight: 20}"],
    };
    const world = await startWorld(config, 1);
    const own = world.ask(0, { hold: "stream" });
    await world.untilHeld(1);
    const ofSurvivor = await leases(world);
    expect(ofSurvivor.size).toBe(3);

    world.dirs.push(ledgerFolder());
    const other = await installation.serve(world.text(config, 1));
    onTestFinished(() => other.close());
    const broken = [0, 1].map(() => ask(`http://127.0.0.1:${other.port}`, { hold: "stream" }).catch(() => "broken"));
    await world.untilHeld(3);
    expect(await world.taken()).toEqual([
      expect.stringMatching(/^\{client:a\}:held /),
      "{client:a}:slots 3",
      "{downstream}:slots 3",
      expect.stringMatching(/^\{gate:.*\}:slots 3$/),
    ]);
    const killedAt = Date.now();
    other.program.signal("SIGKILL");
    await other.program.ended();
    expect(await Promise.all(broken)).toEqual(["broken", "broken"]);
    expect(await world.ask(0)).toMatchObject({ status: 429, code: "client_concurrency_exceeded" });

    // Nobody renews these leases any more. In place of waiting for their ends, they are set to the past.
    const left = [...(await leases(world))].filter(([slot]) => !ofSurvivor.has(slot));
    expect(left).toHaveLength(6);
    for (const [slot, end] of left) {
      expect(end).toBeLessThanOrEqual(killedAt + LEASE_MS + 1000);
      const [key = "", id = ""] = slot.split(" ");
      await world.redisCli(["zadd", key, "1", id]);
    }
    const after = [0, 1].map(() => world.ask(0, { hold: "stream" }));
    await world.untilHeld(3);
    expect(await world.ask(0)).toMatchObject({ status: 429, code: "client_concurrency_exceeded" });
    // What is reserved is that of three requests again.
    const reserved = await world.redisCli(["hlen", "ai-gw-lite:{client:a}:held"]);
    expect(reserved).toBe("4");
    const now = await leases(world);
    for (const slot of ofSurvivor.keys()) expect(now.get(slot)).toBeGreaterThan(Date.now());

    world.release();
    for (const answer of [own, ...after]) expect((await answer).status).toBe(200);
    // Ended leases of sets that are not full are removed when slots are renewed, or end with their key.
    await expect
      .poll(async () => [...(await leases(world)).values()].filter((end) => end > Date.now()), { timeout: 15_000 })
      .toEqual([]);
    expect(await world.redisCli(["hlen", "ai-gw-lite:{client:a}:held"])).toBe("0");
    await world.expectCharged("a", 3 * USED);
  });
});

describe("a gateway without state.redis", () => {
  it("does not load the client library, and one with it does", { timeout: 60_000 }, async () => {
    const upstream = await startUpstream();
    onTestFinished(() => upstream.close());
    const hook = join(installation.home, "tells-what-was-loaded.mjs");
    writeFileSync(
      hook,
      `import { createRequire } from "node:module";
const { cache } = createRequire(import.meta.url);
process.on("exit", () => process.stderr.write(Object.keys(cache).map((path) => "loaded " + path + "\\n").join("")));`,
    );
    for (const [state, loads] of [
      ["", false],
      ['state: {redis: {url: "redis://127.0.0.1:1"}}', true],
    ] as const) {
      const config = [
        "listen: 127.0.0.1:0",
        "gateway_auth: {tokens: [loads-token-41fe]}",
        state,
        "rate_limit: {per_minute: 100}",
        "routes:",
        `  - {id: up, prefix: /up, upstream: {base_url: "${upstream.url}"}}`,
        "",
      ];
      const gateway = await installation.serve(config.join("\n"), { NODE_OPTIONS: `--import=${hook}` });
      const headers = { authorization: "Bearer loads-token-41fe" };
      expect((await fetch(`http://127.0.0.1:${gateway.port}/up`, { headers })).status).toBe(200);
      await gateway.close();
      expect(gateway.program.output).toMatch(/loaded \S+/);
      expect(/loaded \S*ioredis/.test(gateway.program.output)).toBe(loads);
    }
  });

  it("does not load our code for Redis but its description", () => {
    const loaded = new Set<string>();
    const load = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      const imports = readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type )[^;]*? from "(\.[^"]+)";$/gm);
      for (const [, path = ""] of imports) load(join(dirname(file), path));
    };
    load("src/runtime/gateway.ts");
    expect(loaded).toContain("src/runtime/limits/limits.ts");
    const ofRedis = [...loaded].filter((file) => file.startsWith("src/runtime/limits/redis/"));
    expect(ofRedis).toEqual(["src/runtime/limits/redis/redis-link.ts"]);
  });
});
