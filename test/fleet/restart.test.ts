// Restarts gateways with workers over a real Redis: after each restart, and whatever Redis has lost, the budgets are what the ledgers say. A stop
// under load loses nothing.

import { describe, expect, it } from "vitest";
import { ledgerLines } from "../support/ledger-folder.ts";
import { hasRedis } from "../support/redis.ts";
import { USED_TOKENS } from "./held-upstream.ts";
import { eventually, PATIENCE_MS, TEST_MS } from "./patience.ts";
import {
  askOne,
  type FleetParts,
  ledgerSum,
  onlyGateway,
  RESERVED_TOKENS,
  type RealFleet,
  startFleet,
} from "./real-fleet.ts";
import { dump, heldKeys, usedOf } from "./redis-view.ts";
import { endsOf, openStreams } from "./streams.ts";

/** Redis and the ledgers say that the client has used so much. */
function untilUsed({ redis, ledgers }: RealFleet, requests: number): Promise<void> {
  const tokens = requests * USED_TOKENS;
  return eventually(
    () => `${tokens} used tokens; ${dump(redis)}; ${JSON.stringify(ledgerSum(ledgers, "a"))}`,
    () => usedOf(redis, "a").tokens === tokens && ledgerSum(ledgers, "a").tokens === tokens,
  );
}

const closeAll = async ({ gateways }: RealFleet): Promise<void> => {
  for (const gateway of gateways) {
    gateway.kill("SIGTERM");
    expect(await gateway.ended).toBe(0);
  }
};

describe.skipIf(!hasRedis)("two gateways with two workers each and ledgers of their own", () => {
  it(
    "have budgets that are the sum of both ledgers, over restarts of them and of Redis",
    async () => {
      const LEFT = 7;
      const ALL = 120;
      const parts: FleetParts = {
        gateways: 2,
        workers: 2,
        clients: { a: `budgets: [{per: total, tokens: ${ALL * USED_TOKENS + LEFT * RESERVED_TOKENS + 20}}]` },
      };
      const fleet = await startFleet(parts);
      const { redis, upstream, ledgers } = fleet;
      const restartAll = async (): Promise<void> => {
        await fleet.restart(0);
        await fleet.restart(1);
      };
      const spend = async (count: number): Promise<void> => {
        upstream.release();
        expect(await Promise.all(fleet.ask(count, "a"))).toEqual(Array(count).fill({ status: 200, code: undefined }));
      };

      await spend(40);
      await closeAll(fleet);
      // All is written when the processes have ended.
      expect(usedOf(redis, "a").tokens).toBe(40 * USED_TOKENS);
      expect(usedOf(redis, "a")).toEqual(ledgerSum(ledgers, "a"));
      for (const ledger of ledgers) expect(ledgerSum([ledger], "a").tokens).toBe(20 * USED_TOKENS);

      await restartAll();
      expect(usedOf(redis, "a").tokens).toBe(40 * USED_TOKENS);
      await spend(20);
      await closeAll(fleet);
      expect(usedOf(redis, "a").tokens).toBe(60 * USED_TOKENS);

      redis.cli("FLUSHALL");
      await restartAll();
      // The ledgers are told at the start, before the first request.
      expect(usedOf(redis, "a").tokens).toBe(60 * USED_TOKENS);
      await spend(20);
      await untilUsed(fleet, 80);

      // Redis is emptied while the gateways run. They tell it all again, once each.
      await redis.kill();
      await redis.restart();
      await untilUsed(fleet, 80);
      await spend(20);
      await untilUsed(fleet, 100);

      // One of them is restarted, and Redis loses all before the other one notices.
      await fleet.gateways[0]?.close();
      await redis.kill();
      await redis.restart();
      await fleet.restart(0);
      await untilUsed(fleet, 100);
      await spend(20);
      await untilUsed(fleet, ALL);

      // Exactly what is left passes.
      upstream.hold();
      const answers = fleet.ask(100, "a");
      await upstream.untilHeld(LEFT);
      let refused = 0;
      for (const answer of answers) void answer.then(({ code }) => code === "budget_exceeded" && refused++);
      await expect.poll(() => refused, { timeout: PATIENCE_MS }).toBe(100 - LEFT);
      expect(upstream.held).toBe(LEFT);
      upstream.release();
      await Promise.all(answers);
      await closeAll(fleet);
      expect(usedOf(redis, "a")).toEqual(ledgerSum(ledgers, "a"));
      expect(usedOf(redis, "a").tokens).toBe((ALL + LEFT) * USED_TOKENS);
    },
    TEST_MS,
  );
});

describe.skipIf(!hasRedis)("a stop under load of a gateway with two workers", () => {
  it(
    "answers all requests, and writes all settlements before the process ends",
    async () => {
      const HELD = 150;
      const fleet = await startFleet({
        workers: 2,
        clients: { a: "max_inflight: 1000, budgets: [{per: total, tokens: 100000000}]" },
        top: ["shutdown: {drain_timeout_ms: 120000}", "concurrency: {downstream_max_inflight: 2000}"],
      });
      const { redis, upstream, ledgers } = fleet;
      const gateway = onlyGateway(fleet);
      const streams = await openStreams(gateway.port, "a", HELD, "s");
      const held = fleet.ask(HELD, "a");
      await upstream.untilHeld(2 * HELD);
      gateway.kill("SIGTERM");
      const { line } = await gateway.logged(({ msg }) => msg === "draining");
      expect(line).toMatchObject({ in_flight: 2 * HELD });
      // For a moment the address may still be open, with nobody behind it.
      await expect(askOne(gateway.port, "a")).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
      upstream.release();
      expect(await endsOf(streams)).toEqual({ whole: streams.map(({ id }) => id).sort() });
      expect(await Promise.all(held)).toEqual(Array(HELD).fill({ status: 200, code: undefined }));
      expect(await gateway.ended).toBe(0);
      expect(heldKeys(redis)).toEqual([]);
      expect(usedOf(redis, "a").tokens).toBe(2 * HELD * USED_TOKENS);
      expect(usedOf(redis, "a")).toEqual(ledgerSum(ledgers, "a"));
      expect(ledgerLines(ledgers[0] ?? "")).toHaveLength(2 * HELD);
    },
    TEST_MS,
  );

  it(
    "answers each request that has reached the upstream while clients keep coming",
    async () => {
      const fleet = await startFleet({
        workers: 2,
        clients: { a: "max_inflight: 1000, budgets: [{per: total, tokens: 100000000}]" },
        top: ["shutdown: {drain_timeout_ms: 120000}"],
      });
      const { redis, upstream, ledgers } = fleet;
      const gateway = onlyGateway(fleet);
      upstream.release();
      const answered = { whole: 0 };
      const refused: string[] = [];
      const clients = Array.from({ length: 24 }, async () => {
        while (refused.length === 0 || gateway.lines.length === 0) {
          const end = await askOne(gateway.port, "a").then(
            ({ status }) => status,
            (err: NodeJS.ErrnoException) => err.code ?? err.message,
          );
          if (end === 200) answered.whole++;
          else refused.push(String(end));
        }
      });
      await eventually(
        () => `300 answers; ${answered.whole}`,
        () => answered.whole >= 300,
      );
      gateway.kill("SIGTERM");
      await Promise.all(clients);
      expect(await gateway.ended).toBe(0);
      // A connection that nobody has accepted yet is refused or reset. Its request has reached nobody.
      expect(refused.filter((end) => !/^(ECONNREFUSED|ECONNRESET|503)$/.test(end))).toEqual([]);
      expect(answered.whole).toBe(upstream.arrived);
      expect(heldKeys(redis)).toEqual([]);
      expect(usedOf(redis, "a").tokens).toBe(answered.whole * USED_TOKENS);
      expect(usedOf(redis, "a")).toEqual(ledgerSum(ledgers, "a"));
    },
    TEST_MS,
  );
});
