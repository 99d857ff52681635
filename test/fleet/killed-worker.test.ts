// Kills a worker under 200 streams, over a real Redis: its streams alone break, the sums stay right, what it held in Redis is given back, and what
// it had charged gets to Redis.

import { describe, expect, it } from "vitest";
import type { BuiltGateway } from "../support/built-gateway.ts";
import { ledgerLines } from "../support/ledger-folder.ts";
import { total } from "../support/prometheus.ts";
import { hasRedis } from "../support/redis.ts";
import { workersOf } from "../support/worker-processes.ts";
import { USED_TOKENS } from "./held-upstream.ts";
import { eventually, PATIENCE_MS, TEST_MS } from "./patience.ts";
import {
  type Answer,
  askOne,
  type FleetParts,
  ledgerSum,
  onlyGateway,
  type RealFleet,
  startFleet,
} from "./real-fleet.ts";
import { dump, endLeases, heldKeys, holders, untilIdle, usedOf } from "./redis-view.ts";
import { scrape } from "./scrape.ts";
import { endsOf, type OpenStream, openStream, openStreams } from "./streams.ts";

const STREAMS = 200;
const PARTS: FleetParts = {
  workers: 2,
  clients: { a: `max_inflight: ${STREAMS}, budgets: [{per: total, tokens: 1000000}]` },
  top: ["concurrency: {downstream_max_inflight: 1000}"],
  upstream: [
    "upstream_key_max_inflight: 500",
    "inject_headers: [{name: authorization, value: Bearer upstream-key-71aa}]",
  ],
};

const completed = ({ lines }: BuiltGateway) =>
  lines.filter((line) => line.msg === "request completed" && line["route_id"] === "up");

/** Kills a worker. @returns when another one serves in its place */
async function kill(gateway: BuiltGateway, pid: number): Promise<void> {
  const from = gateway.lines.length;
  process.kill(pid, "SIGKILL");
  const serves = () => gateway.lines.slice(from).some(({ msg }) => msg === "worker serves");
  await eventually(() => "a worker that replaces the killed one", serves);
}

describe.skipIf(!hasRedis)("a worker that is killed under 200 streams", () => {
  it(
    "breaks its own streams only, and all sums are right",
    async () => {
      const fleet = await startFleet(PARTS);
      const { redis, upstream, ledgers } = fleet;
      const gateway = onlyGateway(fleet);
      upstream.release();
      const WARM = 100;
      expect(await Promise.all(fleet.ask(WARM, "a"))).toEqual(Array(WARM).fill({ status: 200, code: undefined }));
      upstream.hold();
      // One after the other, so that each worker gets half of them.
      const streams: OpenStream[] = [];
      for (let n = 0; n < STREAMS; n++) streams.push(await openStream(gateway.port, "a", `s-${n}`));
      expect(await Promise.all(fleet.ask(4, "a"))).toEqual(
        Array(4).fill({ status: 429, code: "client_concurrency_exceeded" }),
      );
      const before = await scrape(gateway.port);
      expect(total(before, "gateway_inflight_requests")).toBe(STREAMS);
      expect(total(before, "gateway_sse_streams_inflight")).toBe(STREAMS);

      const [victim = 0] = workersOf(gateway.pid);
      await kill(gateway, victim);
      const after = await scrape(gateway.port);
      const survived = total(after, "gateway_inflight_requests");
      expect(survived).toBeGreaterThan(STREAMS / 2 - 20);
      expect(survived).toBeLessThan(STREAMS / 2 + 20);
      expect(total(after, "gateway_sse_streams_inflight")).toBe(survived);

      upstream.release();
      const { whole = [], ...broken } = await endsOf(streams);
      expect(Object.keys(broken)).toEqual(["broken: ECONNRESET"]);
      expect(whole).toHaveLength(survived);
      // Each whole stream was served by the other worker, and nobody else had one.
      await eventually(
        () => "the log lines of all streams",
        () => completed(gateway).filter(({ path }) => path === "/up/v1/chat/completions").length >= WARM + 4 + survived,
      );
      const logged = completed(gateway).filter((line) => String(line["request_id"]).startsWith("s-"));
      expect(logged.map((line) => String(line["request_id"])).sort()).toEqual(whole);
      expect(new Set(logged.map(({ worker }) => worker))).toEqual(new Set([2]));

      // The sums: everything but what broke. The counters of the dead worker are in them.
      const sums = await scrape(gateway.port);
      const ended = WARM + survived;
      expect(total(sums, "gateway_requests_total", { route_id: "up", outcome: "success" })).toBe(ended);
      expect(total(sums, "gateway_requests_total", { route_id: "up" })).toBe(ended + 4);
      expect(total(sums, "gateway_limited_total")).toBe(4);
      expect(total(sums, "gateway_usage_records_total")).toBe(ended);
      expect(total(sums, "gateway_tokens_total")).toBe(ended * USED_TOKENS);
      expect(total(sums, "gateway_inflight_requests")).toBe(0);
      expect(total(sums, "gateway_sse_streams_inflight")).toBe(0);
      expect(total(sums, "gateway_state_fallback_total")).toBe(0);

      // In Redis, the dead worker still holds what it had, until its leases end. No lease is longer than 30 s.
      await eventually(
        () => `one process to have slots; ${holders(redis)}`,
        () => holders(redis).length === 1,
      );
      const [dead = ""] = holders(redis);
      const [seconds = 0] = redis.cli("TIME").split("\n").map(Number);
      const leases = redis.cli("ZRANGE", "ai-gw-lite:{client:a}:slots", "0", "-1", "WITHSCORES").split("\n");
      expect(leases).toHaveLength(2 * (STREAMS - survived));
      const latest = Math.max(...leases.filter((_, i) => i % 2 === 1).map(Number));
      expect(latest).toBeLessThanOrEqual((seconds + 1) * 1000 + 30_000);
      upstream.hold();
      const untilRefused = async (answers: readonly Promise<Answer>[], count: number): Promise<void> => {
        let refused = 0;
        for (const answer of answers) void answer.then(({ status }) => status === 429 && refused++);
        await expect.poll(() => refused, { timeout: PATIENCE_MS }).toBe(count);
      };
      const first = fleet.ask(STREAMS, "a");
      await upstream.untilHeld(survived);
      await untilRefused(first, STREAMS - survived);
      // Three sets: those of the client, of all requests, and of the upstream key.
      expect(heldKeys(redis).filter((key) => key.endsWith(":slots"))).toHaveLength(3);
      expect(endLeases(redis, dead)).toBe(3 * (STREAMS - survived));
      const second = fleet.ask(STREAMS, "a");
      await upstream.untilHeld(STREAMS);
      await untilRefused(second, survived);
      expect(upstream.held).toBe(STREAMS);
      upstream.release();
      await Promise.all([...first, ...second]);
      await untilIdle(redis);

      gateway.kill("SIGTERM");
      expect(await gateway.ended).toBe(0);
      expect(ledgerLines(ledgers[0] ?? "")).toHaveLength(ended + STREAMS);
      expect(usedOf(redis, "a")).toEqual(ledgerSum(ledgers, "a"));
      expect(usedOf(redis, "a").tokens).toBe((ended + STREAMS) * USED_TOKENS);
    },
    TEST_MS,
  );
});

describe.skipIf(!hasRedis)("a worker that is killed", () => {
  it(
    "holds its slots for no longer than 40 s",
    async () => {
      const SLOTS = 10;
      const fleet = await startFleet({ workers: 2, clients: { a: `max_inflight: ${SLOTS}` } });
      const { redis, upstream } = fleet;
      const gateway = onlyGateway(fleet);
      const streams = await openStreams(gateway.port, "a", SLOTS, "s");
      const timeOf = () => Number(redis.cli("TIME").split("\n")[0]);
      const killedAt = timeOf();
      await kill(gateway, workersOf(gateway.pid)[0] ?? 0);
      const free = upstream.held;
      expect(free).toBeLessThan(SLOTS);
      const held: Promise<Answer>[] = [];
      // A request that passes stays in flight. So each of the slots is taken once.
      const passes = async (): Promise<boolean> => {
        const arrived = upstream.arrived;
        const answer = askOne(gateway.port, "a");
        let status = 0;
        void answer.then((one) => {
          status = one.status;
        });
        await expect.poll(() => status > 0 || upstream.arrived > arrived, { timeout: PATIENCE_MS }).toBe(true);
        if (status === 0) held.push(answer);
        return status === 0;
      };
      expect(await passes()).toBe(false);
      await eventually(() => "a free slot", passes, 500);
      expect(timeOf() - killedAt).toBeLessThanOrEqual(40);
      while (await passes());
      expect(held).toHaveLength(SLOTS - free);
      upstream.release();
      expect((await endsOf(streams))["whole"]).toHaveLength(free);
      expect(await Promise.all(held)).toEqual(Array(held.length).fill({ status: 200, code: undefined }));
    },
    TEST_MS,
  );

  it(
    "loses nothing of others, and of its own only what it had not reported yet",
    async () => {
      const fleet = await startFleet({ workers: 2, clients: { a: "budgets: [{per: total, tokens: 100000000}]" } });
      const { redis, upstream, ledgers } = fleet;
      const gateway = onlyGateway(fleet);
      upstream.release();
      const whole: string[] = [];
      let over = false;
      const clients = Array.from({ length: 24 }, async (_, client) => {
        for (let n = 0; !over; n++) {
          const id = `r-${client}-${n}`;
          const status = await askOne(gateway.port, "a", undefined, id).then(
            (answer) => answer.status,
            () => undefined,
          );
          if (status === 200) whole.push(id);
        }
      });
      const reached = (count: number) =>
        eventually(
          () => `${count} answers; ${whole.length}`,
          () => whole.length >= count,
        );
      await reached(400);
      await kill(gateway, workersOf(gateway.pid)[0] ?? 0);
      await reached(whole.length + 400);
      over = true;
      await Promise.all(clients);
      const sums = await scrape(gateway.port);
      gateway.kill("SIGTERM");
      expect(await gateway.ended).toBe(0);

      const written = new Set(ledgerLines(ledgers[0] ?? "").map(({ request_id }) => request_id));
      const logged = new Map(completed(gateway).map((line) => [String(line["request_id"]), line["worker"]]));
      const unwritten = whole.filter((id) => !written.has(id));
      for (const id of unwritten) expect([undefined, 1]).toContain(logged.get(id));
      const counted = total(sums, "gateway_requests_total", { route_id: "up", outcome: "success" });
      // A report has its events and its lines together, so metrics and ledger agree but for those that the client did not get.
      expect(counted).toBeGreaterThanOrEqual(written.size - 24);
      expect(counted).toBeLessThanOrEqual(upstream.arrived);
      const used = usedOf(redis, "a").tokens / USED_TOKENS;
      expect(used).toBeGreaterThanOrEqual(written.size);
      expect(used).toBeLessThanOrEqual(upstream.arrived);
    },
    TEST_MS,
  );
});

describe.skipIf(!hasRedis)("what a killed worker had charged", () => {
  const parts: FleetParts = {
    workers: 2,
    clients: { a: "budgets: [{per: total, tokens: 1000000}]" },
    state: "timeout_ms: 500",
  };

  /** Asks while Redis does not answer, so that both workers have charges that Redis does not know. */
  async function chargeWithout(fleet: RealFleet): Promise<BuiltGateway> {
    const { redis, upstream } = fleet;
    const gateway = onlyGateway(fleet);
    upstream.release();
    await Promise.all(fleet.ask(20, "a"));
    await untilIdle(redis);
    redis.freeze();
    const answers = await Promise.all(fleet.ask(40, "a"));
    expect(answers).toEqual(Array(40).fill({ status: 200, code: undefined }));
    // With the figures come all lines of the ledger.
    expect(total(await scrape(gateway.port), "gateway_usage_records_total")).toBe(60);
    return gateway;
  }

  const untilWritten = ({ redis, ledgers }: RealFleet, tokens: number): Promise<void> =>
    eventually(
      () => `${tokens} tokens in Redis and in the ledger; ${dump(redis)}; ${JSON.stringify(ledgerSum(ledgers, "a"))}`,
      () => usedOf(redis, "a").tokens >= tokens && ledgerSum(ledgers, "a").tokens >= tokens,
    );

  it(
    "is written by the other, when Redis is back",
    async () => {
      const fleet = await startFleet(parts);
      const { redis, ledgers } = fleet;
      const gateway = await chargeWithout(fleet);
      await kill(gateway, workersOf(gateway.pid)[0] ?? 0);
      redis.thaw();
      await untilWritten(fleet, 60 * USED_TOKENS);
      await Promise.all(fleet.ask(10, "a"));
      await untilWritten(fleet, 70 * USED_TOKENS);
      expect(usedOf(redis, "a")).toEqual(ledgerSum(ledgers, "a"));
    },
    TEST_MS,
  );

  it(
    "is written by workers that start later, also when Redis comes back empty",
    async () => {
      const fleet = await startFleet(parts);
      const { redis, ledgers } = fleet;
      const gateway = await chargeWithout(fleet);
      for (const pid of workersOf(gateway.pid)) await kill(gateway, pid);
      await redis.kill();
      await redis.restart();
      await untilWritten(fleet, 60 * USED_TOKENS);
      await Promise.all(fleet.ask(10, "a"));
      await untilWritten(fleet, 70 * USED_TOKENS);
      expect(usedOf(redis, "a")).toEqual(ledgerSum(ledgers, "a"));
    },
    TEST_MS,
  );
});
