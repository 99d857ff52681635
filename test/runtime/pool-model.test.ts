// Drives pools, gates and healths with random exchanges, failures, reloads and clock steps, and compares them with a plain second
// writing of the rules (`pool-reference.ts`).

import fc from "fast-check";
import { expect, it } from "vitest";
import { UpstreamHealth } from "../../src/runtime/limits/health.ts";
import { Place } from "../../src/runtime/upstream/place.ts";
import { Pool } from "../../src/runtime/upstream/pool.ts";
import { type Config, IDS, LIMITS } from "./pool-reference.ts";
import { type Arrival, type Exchange, type Failure, World } from "./pool-world.ts";

const HOUR = 3_600_000;

const limit = fc.record({ max: fc.integer({ min: 1, max: 2 }), maxWaiting: fc.integer({ min: 0, max: 3 }) });
const configs: fc.Arbitrary<Config> = fc.record({
  members: fc
    .shuffledSubarray(IDS, { minLength: 1 })
    .chain((ids) =>
      fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), weight: fc.integer({ min: 1, max: 4 }) }))),
    ),
  balance: fc.constantFrom("in_order", "round_robin", "least_inflight"),
  sticky: fc.boolean(),
  cooldown: fc.record({
    afterFailures: fc.integer({ min: 1, max: 3 }),
    ms: fc.constantFrom(50, 100),
    maxMs: fc.constantFrom(100, 150, 1_000),
  }),
  limits: fc.record({ shared: limit, own: limit, other: limit }),
});

const told = fc.constantFrom(40, 100, 500, 2 * HOUR);

/** One random step. It is left out where it is about an exchange and there is none in the right phase. */
class Step implements fc.AsyncCommand<World, object> {
  readonly #name: string;
  readonly #from: (world: World) => readonly unknown[];
  readonly #act: (world: World) => void;

  constructor(name: string, from: (world: World) => readonly unknown[], act: (world: World) => void) {
    this.#name = name;
    this.#from = from;
    this.#act = act;
  }

  check(world: World): boolean {
    return this.#from(world).length > 0;
  }

  async run(world: World): Promise<void> {
    this.#act(world);
    await world.settle();
  }

  toString(): string {
    return this.#name;
  }
}

/** A step about one of the exchanges in some phase. */
function about<T>(
  name: string,
  details: fc.Arbitrary<T>,
  phase: (world: World) => readonly Exchange[],
  act: (world: World, x: Exchange, details: T) => void,
): fc.Arbitrary<Step> {
  return fc.tuple(fc.nat(20), details).map(([which, details]) => {
    return new Step(`${name}(${which}, ${JSON.stringify(details)})`, phase, (world) => {
      const among = phase(world);
      const x = among[which % among.length];
      if (x !== undefined) act(world, x, details);
    });
  });
}

/** A step that is always possible. */
function always<T>(
  name: string,
  details: fc.Arbitrary<T>,
  act: (world: World, details: T) => void,
): fc.Arbitrary<Step> {
  return details.map((details) => {
    return new Step(
      `${name}(${JSON.stringify(details)})`,
      () => [true],
      (world) => act(world, details),
    );
  });
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  key: fc.option(fc.constantFrom("k0", "k1", "k2", "k3"), { nil: undefined, freq: 3 }),
  takers: fc.oneof({ weight: 4, arbitrary: fc.constant(IDS) }, { weight: 1, arbitrary: fc.subarray(IDS) }),
  bound: fc.nat(7).map((n) => n === 7),
});
const arrivals = always("arrive", arrival, (world, arrival) => world.arrive(arrival));
const failures: fc.Arbitrary<Failure> = fc.oneof(
  { weight: 4, arbitrary: fc.constant("plain" as const) },
  { weight: 1, arbitrary: fc.constant("longest" as const) },
  { weight: 2, arbitrary: fc.oneof(told, fc.constantFrom(0, -1)) },
);

const steps: fc.Arbitrary<Step>[] = [
  arrivals,
  arrivals,
  arrivals,
  about(
    "answer",
    fc.option(told, { nil: undefined, freq: 5 }),
    (world) => world.asking(),
    (world, x, restMs) => {
      world.answer(x, restMs);
    },
  ),
  about(
    "succeed",
    fc.constant(0),
    (world) => world.asking(),
    (world, x) => world.succeed(x),
  ),
  about(
    "fail",
    failures,
    (world) => world.asking(),
    (world, x, how) => world.fail(x, how),
  ),
  about(
    "fail",
    failures,
    (world) => world.asking(),
    (world, x, how) => world.fail(x, how),
  ),
  about(
    "retry",
    fc.boolean(),
    (world) => world.between(),
    (world, x, impatient) => world.retry(x, impatient),
  ),
  about(
    "retry",
    fc.boolean(),
    (world) => world.between(),
    (world, x, impatient) => world.retry(x, impatient),
  ),
  about(
    "abort",
    fc.constant(0),
    (world) => world.live,
    (world, x) => world.end(x),
  ),
  // In one turn of the event loop: those that wait must not be overtaken.
  about(
    "abort and arrive at once",
    arrival,
    (world) => world.live,
    (world, x, arrival) => {
      world.end(x);
      world.arrive(arrival);
    },
  ),
  about(
    "abort while queued",
    fc.constant(0),
    (world) => world.waiting(),
    (world, x) => world.end(x),
  ),
  always("step", fc.constantFrom(1, 49, 50, 100, 100, 150, 400, 1_000, 2 * HOUR, -10, -300, -3 * HOUR), (world, ms) =>
    world.step(ms),
  ),
  always("step", fc.constantFrom(50, 100, 150), (world, ms) => world.step(ms)),
  always("reload", configs, (world, config) => world.reload(config)),
];

it("does in any order of events what the reference does, and ends with nothing in use", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(configs, fc.commands(steps, { maxCommands: 120, size: "max" }), async (config, commands) => {
      const world = new World(config);
      try {
        await fc.asyncModelRun(() => ({ model: world, real: {} }), commands);
      } finally {
        for (const x of world.live) world.end(x);
      }
      await world.settle();
      for (const limit of LIMITS) expect(world.ref.holders[limit]).toEqual([]);
      for (const id of IDS) expect(world.ref.upstreams[id].attempts).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it("keeps the proportions of the weights exactly, whoever was away before", () => {
  const COOLDOWN = { afterFailures: 1, ms: 1, maxMs: 1 };
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
  const away = fc.array(fc.tuple(fc.nat(63), fc.nat(20)), { maxLength: 6 });
  fc.assert(
    fc.property(weights, away, fc.integer({ min: 1, max: 63 }), (weights, before, present) => {
      const members = weights.map((weight, i) => {
        return { id: `m${i}`, weight, health: new UpstreamHealth(COOLDOWN), gate: undefined };
      });
      const pool = new Pool(members, { balance: "round_robin", sticky: undefined, cooldown: COOLDOWN });
      const pick = (set: number): number => {
        const takes = (member: { readonly id: string }): boolean => (set & (1 << Number(member.id.slice(1)))) !== 0;
        const choice = pool.choose({ sticky: undefined, takes }, new Place(), 1);
        return choice === undefined ? -1 : members.findIndex(({ id }) => id === choice.member.id);
      };
      for (const [set, times] of before) for (let i = 0; i < times; i++) pick(set);
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      const there = weights.map((weight, i) => ((present & (1 << i)) === 0 ? 0 : weight));
      const total = there.reduce((sum, weight) => sum + weight, 0);
      const counts = weights.map(() => 0);
      const ROUNDS = 20;
      for (let i = 0; i < ROUNDS * total; i++) {
        const index = pick(present);
        counts[index] = (counts[index] ?? 0) + 1;
      }
      // What happened before shifts a share by a few turns, once, and not at all if nobody was away.
      const shift = before.length === 0 ? 0 : (2 * all) / (total || 1);
      for (const [i, weight] of there.entries())
        expect(Math.abs((counts[i] ?? 0) - ROUNDS * weight)).toBeLessThanOrEqual(shift);
    }),
    { numRuns: 500 },
  );
});
