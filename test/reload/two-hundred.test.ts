// Checks that 200 reloads under constant load, good and bad mixed, disturb nothing: no request fails, each stream stays on the
// plan it began with, and memory does not grow.

import { renameSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { configText } from "../support/config.ts";
import { startGenerationUpstream, startLoad } from "./load.ts";

const RELOADS = 200;
const LOAD = { clients: 6, streams: 50, uploads: 4 };

/** Far more than a plan of this size takes (some 20 KB). A leak of plans, agents or exchanges would exceed it. */
const GROWTH_BYTES = 48 * 1024 * 1024;

/** A valid config. It sends its generation to the upstream in a header. */
function good(base: string, generation: number): string {
  const max = 400 + (generation % 7);
  return configText({
    base,
    upstream: ["user_agent: load", `stream_idle_timeout_ms: ${20_000 + generation}`],
    top: ["concurrency:", `  downstream_max_inflight: ${max}`, `  upstream_per_key_max_inflight: ${max}`],
  }).replace("inject_headers: [", `inject_headers: [{name: x-generation, value: "${generation}"}, `);
}

const BAD: readonly ((text: string) => string)[] = [
  (text) => text.replace("routes:", "rutes:"),
  (text) => text.slice(0, text.length / 2),
  (text) => `${text}  - [`,
  (text) => text.replace("prefix: /up", "prefix: up"),
];

/** Replaces the file by a rename, as editors do, sends the signal, and waits for the log line with the outcome. */
async function reload(gateway: BuiltGateway, text: string, from: number) {
  writeFileSync(`${gateway.file}.new`, text);
  renameSync(`${gateway.file}.new`, gateway.file);
  gateway.kill("SIGHUP");
  const outcomeLine = /^reload(ed$| refused)/;
  const { line, at } = await gateway.logged(({ msg }) => outcomeLine.test(msg), from);
  return { outcome: line.msg === "reloaded" ? "success" : "failure", next: at + 1 };
}

test("200 reloads under load disturb no running request", async () => {
  const upstream = await startGenerationUpstream();
  const gateway = await startBuiltGateway(good(upstream.url, 0));
  try {
    const generation = { sure: 0, tried: 0 };
    const load = startLoad(gateway.port, LOAD, () => generation);
    const outcomes = { success: 0, failure: 0 };
    let nextLine = 0;
    let early = 0;
    for (let n = 1; n <= RELOADS; n++) {
      const bad = n % 4 === 0 ? BAD[(n / 4) % BAD.length] : undefined;
      // A new generation is allowed from before its swap, and the older one is no longer allowed after it. The generation
      // of a bad file is never allowed.
      if (bad === undefined) generation.tried++;
      const text = good(upstream.url, bad === undefined ? generation.tried : 9999);
      const { outcome, next } = await reload(gateway, bad === undefined ? text : bad(text), nextLine);
      nextLine = next;
      generation.sure = generation.tried;
      expect(outcome).toBe(bad === undefined ? "success" : "failure");
      outcomes[outcome as keyof typeof outcomes]++;
      if (n === RELOADS / 4) early = gateway.memory();
    }
    const late = gateway.memory();
    await load.finish();

    expect(load.wrong).toEqual([]);
    expect(outcomes).toEqual({ success: 150, failure: 50 });
    expect(load.done.requests).toBeGreaterThan(1000);
    expect(load.done.streams).toBeGreaterThan(LOAD.streams * 3);
    expect(load.done.uploads).toBeGreaterThan(50);
    // Each client kept its one connection over all reloads: the gateway closed none.
    expect(load.connections.count).toBeLessThanOrEqual(LOAD.clients + LOAD.streams + LOAD.uploads);
    expect(late - early).toBeLessThan(GROWTH_BYTES);
    // Node writes its own warnings here, for example about too many listeners.
    expect(gateway.output.err).not.toMatch(/\(node:\d+\)/);
    gateway.kill("SIGTERM");
    expect(await gateway.ended).toBe(0);
  } finally {
    await gateway.close();
    await upstream.close();
  }
}, 90_000);
