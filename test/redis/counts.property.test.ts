// Checks the shared counts on a real Redis against a plain model: several processes, calls in any order, late, repeated or lost.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BudgetPeriod, BudgetSpec } from "../../src/plan/usage.ts";
import type { AdmissionRequest } from "../../src/runtime/limits/shared/shared-counts.ts";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { LEASE } from "./counts.reference.ts";
import { Gateways } from "./gateways.ts";
import { ScriptRunner } from "./redis-clock.ts";

/** A Friday, ten seconds before its last hour. */
const START = Date.parse("2026-11-27T22:59:50Z");
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const SUBJECTS = ["client alice", "client b.c-d_e", "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"];
const PERS: readonly BudgetPeriod[] = ["day", "week", "month", "total"];

const amount = fc.integer({ min: 0, max: 12 });
const charge = fc.record({ tokens: amount, ticks: amount });
const max = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined });
const few = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });

const limits = fc.record({
  tokensPerMinute: max,
  budgets: fc.subarray([...PERS]).chain((pers) =>
    fc.tuple(...pers.map((per) => fc.record({ per: fc.constant(per), maxTokens: max, maxTicks: max }))).map((specs) => {
      const all: BudgetSpec[] = specs;
      return all;
    }),
  ),
});

const gate = fc.record({ key: fc.constantFrom("chat\nabc", "chat\ndef"), max: fc.integer({ min: 1, max: 4 }) });

const request: fc.Arbitrary<Omit<AdmissionRequest, "id">> = fc.record({
  subject: fc.constantFrom("client alice", ...SUBJECTS),
  routeRate: fc.option(
    fc.record({ routeId: fc.constantFrom("chat", "m", "n"), perMinute: fc.integer({ min: 1, max: 6 }) }),
    {
      nil: undefined,
    },
  ),
  ratePerMinute: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  use: fc.option(fc.record({ estimate: charge, limits }), { nil: undefined, freq: 4 }),
  downstreamMax: few,
  subjectMax: few,
  gate: fc.option(gate, { nil: undefined }),
});

const which = fc.nat(1000);
const steps = fc.constantFrom(
  0,
  900,
  10 * SECOND,
  LEASE,
  30 * MINUTE,
  DAY,
  7 * DAY,
  33 * DAY,
  -20 * SECOND,
  -90 * SECOND,
);

const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("admit" as const), which, request, isLost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("admitLate" as const), which, request }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("undo" as const), which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("end" as const), which, charge, isLate: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      which,
      subject: fc.constantFrom(...SUBJECTS),
      charge,
      isLate: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("deliver" as const), which, again: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("enter" as const), which, gate, id: fc.constantFrom("e1", "e2", "e3") }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("renew" as const), which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: steps }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("empty" as const), restoreFirst: fc.boolean(), isWritten: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forgetScripts" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("restart" as const), which }) },
);

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

let redis: TestRedis;
let runners: ScriptRunner[] = [];
let worlds = 0;

async function play(commands: readonly Command[]): Promise<void> {
  const [first] = runners;
  const gateways = new Gateways(runners, `w${++worlds}:`);
  let now = START;
  let latest = START;
  let ids = 0;
  const named = (limits: Omit<AdmissionRequest, "id">): AdmissionRequest => ({ id: `${worlds}-${++ids}`, ...limits });
  await gateways.setClock(now);
  for (const each of commands) {
    if (each.do === "admit") await gateways.admit(each.which, named(each.request), each.isLost);
    else if (each.do === "admitLate") gateways.admitLate(each.which, named(each.request));
    else if (each.do === "undo") await gateways.undo(each.which);
    else if (each.do === "end") await gateways.end(each.which, each.charge, each.isLate);
    else if (each.do === "deliver") await gateways.deliver(each.which, each.again);
    else if (each.do === "enter") await gateways.enter(each.which, each.gate, each.id);
    else if (each.do === "renew") await gateways.renew(each.which);
    else if (each.do === "restart") await gateways.restart(each.which, SUBJECTS);
    else if (each.do === "forgetScripts") await first?.redis.script("FLUSH");
    else if (each.do === "publish") {
      gateways.charge(each.which, each.subject, each.charge);
      await gateways.publish(each.which, each.subject, each.isLate);
    } else if (each.do === "empty") {
      await gateways.empty();
      if (each.isWritten) await gateways.writeAll(SUBJECTS, each.restoreFirst);
    } else {
      now += each.ms;
      latest = Math.max(latest, now);
      await gateways.setClock(now);
    }
    for (const subject of SUBJECTS) {
      await gateways.expectSameUsage(subject);
      await gateways.expectSameCounts(subject);
    }
  }
  await gateways.writeAll(SUBJECTS, true);
  for (const subject of SUBJECTS) {
    await gateways.expectSameUsage(subject);
    await gateways.expectNothingLost(subject);
  }
  await gateways.setClock(latest + LEASE);
  for (const subject of SUBJECTS) {
    await gateways.expectSameUsage(subject);
    expect(await first?.redis.hlen(`w${worlds}:{client:alice}:held`)).toBe(0);
  }
  await first?.redis.flushall();
}

describe.skipIf(!hasRedis)("counts that several processes share", () => {
  beforeAll(async () => {
    redis = await startRedis();
    runners = [new ScriptRunner(redis.port, "set"), new ScriptRunner(redis.port, "set")];
  });
  afterAll(async () => {
    for (const runner of runners) runner.close();
    await redis?.close();
  });

  it("are those of the model, whatever happens", { timeout: 120_000 }, async () => {
    const runs = Number(process.env["RUNS"] ?? 300);
    await fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 40, size: "max" }), play), { numRuns: runs });
  });
});
