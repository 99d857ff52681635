// Checks that a client can send its next request as soon as its last one has ended, also where its usage is still being decoded.

import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { hasRedis } from "../support/redis.ts";
import { startUpstream } from "../support/upstream.ts";
import { startWorld, USED } from "./world.ts";

describe.skipIf(!hasRedis)("a client with one slot", () => {
  it("has it again for its next request, though the last response is compressed", { timeout: 60_000 }, async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: USED };
    const filler = Array.from({ length: 20_000 }, (_, i) => Math.sin(i)).join(" ");
    const body = gzipSync(JSON.stringify({ object: "chat.completion", model: "gpt-4o", choices: [], filler, usage }));
    const upstream = await startUpstream((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(body);
    });
    onTestFinished(() => upstream.close());
    const config = {
      a: "max_inflight: 1, budgets: [{per: total, tokens: 100000}]",
      up: [`    upstream: {base_url: "${upstream.url}"}`],
    };
    const world = await startWorld(config, 1);
    const statuses: number[] = [];
    for (let i = 0; i < 150; i++) statuses.push((await world.ask(0)).status);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    await world.expectIdle();
    await world.expectCharged("a", 150 * USED);
  });
});
