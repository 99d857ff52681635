// Compares `DelayQueue` with what `setTimeout` would do, under random waits and cancels, also from within the calls it makes. And
// `Deadlines`, which wait in it, with a simple one that uses `setTimeout` itself.

import { performance as realPerformance } from "node:perf_hooks";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { UpstreamTimes } from "../../src/plan/forward.ts";
import { Deadlines } from "../../src/runtime/upstream/deadlines.ts";
import { Delayed, DelayQueue } from "../../src/runtime/upstream/delay-queue.ts";
import { TimerDeadlines } from "./deadlines.reference.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  vi.spyOn(realPerformance, "now").mockImplementation(() => performance.now());
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const ITEMS = 6;
const DELAYS = [0, 1, 7, 10, 10.4, 25];

interface Wait {
  readonly kind: "wait";
  readonly item: number;
  readonly ms: number;
}
type Action = Wait | { readonly kind: "cancel"; readonly item: number };
type Step = Action | { readonly kind: "advance"; readonly ms: number };

const item = fc.nat(ITEMS - 1);
const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), item, ms: fc.constantFrom(...DELAYS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), item }) },
) satisfies fc.Arbitrary<Action>;
const advance = fc.record({ kind: fc.constant("advance" as const), ms: fc.constantFrom(0.25, 1, 3, 5.5, 10, 40) });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 3, arbitrary: action }, { weight: 2, arbitrary: advance }),
  {
    maxLength: 40,
  },
);
/** What links an item into a queue, once it waits no longer. */
const OVER = [undefined, undefined, undefined];
/** What is done within the first calls, in their order. */
const reactions = fc.array(fc.array(action, { maxLength: 3 }), { maxLength: 15 });

/** Runs steps on a queue, and checks each call against a list of what waits. */
class World {
  readonly #waiting = new Map<number, { readonly at: number; readonly ms: number; readonly order: number }>();
  readonly #reactions: Action[][];
  readonly items: readonly Delayed[];
  #order = 0;
  dues = 0;

  constructor(reactions: readonly (readonly Action[])[]) {
    this.#reactions = reactions.map((actions) => [...actions]);
    const due = (n: number) => this.#due(n);
    this.items = Array.from(
      { length: ITEMS },
      (_, n) =>
        new (class extends Delayed {
          override due(): void {
            due(n);
          }
        })(),
    );
  }

  run(step: Step): void {
    if (step.kind === "advance") vi.advanceTimersByTime(step.ms);
    else this.#act(step);
    this.check();
  }

  #act(action: Action): void {
    const delayed = this.items[action.item] as Delayed;
    if (action.kind === "cancel") {
      this.#waiting.delete(action.item);
      return DelayQueue.cancel(delayed);
    }
    this.#waiting.set(action.item, { at: performance.now() + action.ms, ms: action.ms, order: this.#order++ });
    DelayQueue.wait(delayed, action.ms);
  }

  #due(n: number): void {
    this.dues++;
    const wait = this.#waiting.get(n);
    if (wait === undefined) throw new Error(`${n} is called, but does not wait`);
    const late = performance.now() - wait.at;
    expect(late, "ms after its time").toBeGreaterThanOrEqual(0);
    for (const { ms, order } of this.#waiting.values()) {
      if (ms === wait.ms) expect(order, "one that began to wait before it").toBeGreaterThanOrEqual(wait.order);
    }
    this.#waiting.delete(n);
    for (const action of this.#reactions.shift() ?? []) this.#act(action);
  }

  /** Nothing is overdue, and there is one timer for each delay at most. */
  check(): void {
    const now = performance.now();
    for (const [n, { at, ms }] of this.#waiting) {
      // `setTimeout(0)` waits for 1 ms, too.
      expect(now - at, `${n} waits for ${ms} ms and is overdue`).toBeLessThanOrEqual(1);
    }
    expect(vi.getTimerCount()).toBeLessThanOrEqual(DELAYS.length);
  }
}

describe("a delay", () => {
  test("ends when a timer of its own would have fired, for whatever waits, waits again and is cancelled", () => {
    let dues = 0;
    fc.assert(
      fc.property(steps, reactions, (steps, reactions) => {
        const world = new World(reactions);
        for (const step of steps) world.run(step);
        for (let ms = 0; ms < 500; ms++) world.run({ kind: "advance", ms: 1 });
        dues += world.dues;
        expect(vi.getTimerCount(), "timers when all is over").toBe(0);
        for (const { queue, next, previous } of world.items) expect([queue, next, previous]).toEqual(OVER);
      }),
      { numRuns: 250 },
    );
    expect(dues).toBeGreaterThan(250);
  });

  test("that begins within the end of another does not delay those that wait already", () => {
    const ends: [string, number][] = [];
    const began = performance.now();
    const named = (name: string, then: () => void = () => {}) =>
      new (class extends Delayed {
        override due(): void {
          ends.push([name, performance.now() - began]);
          then();
        }
      })();
    const late = named("late");
    DelayQueue.wait(
      named("first", () => DelayQueue.wait(late, 10)),
      10,
    );
    vi.advanceTimersByTime(4);
    DelayQueue.wait(named("second"), 10);
    vi.advanceTimersByTime(30);
    expect(ends).toEqual([
      ["first", 10],
      ["second", 14],
      ["late", 20],
    ]);
  });

  test("is not lost when the end of another throws", () => {
    let ends = 0;
    const that = (due: () => void) =>
      new (class extends Delayed {
        override due = due;
      })();
    DelayQueue.wait(
      that(() => {
        throw new Error("a bug");
      }),
      10,
    );
    DelayQueue.wait(
      that(() => void ends++),
      10,
    );
    expect(() => vi.advanceTimersByTime(20)).toThrow("a bug");
    vi.advanceTimersByTime(20);
    expect(ends).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("has one timer with all others of the same length, which do not wait on once they are over", () => {
    const many = Array.from(
      { length: 50 },
      () =>
        new (class extends Delayed {
          override due(): void {}
        })(),
    );
    for (const one of many) {
      DelayQueue.wait(one, 30);
      vi.advanceTimersByTime(0.5);
    }
    expect(vi.getTimerCount()).toBe(1);
    const [first] = many as [Delayed];
    for (const one of many.slice(1)) DelayQueue.cancel(one);
    const { queue } = first;
    vi.advanceTimersByTime(60);
    expect(vi.getTimerCount()).toBe(0);
    // A queue in which nothing waits is given up.
    DelayQueue.wait(first, 30);
    expect(first.queue).not.toBe(queue);
    DelayQueue.cancel(first);
    vi.advanceTimersByTime(60);
  });
});

const MOVES = ["uploading", "sent", "streaming", "progress", "hold", "stop", "restart"] as const;
type DeadlineStep =
  | { readonly kind: (typeof MOVES)[number]; readonly times: UpstreamTimes }
  | { readonly kind: "advance"; readonly ms: number };

const ms = fc.constantFrom(4, 10, 17);
const times: fc.Arbitrary<UpstreamTimes> = fc
  .record({ requestTimeoutMs: ms, streamIdleTimeoutMs: fc.oneof(ms, fc.constant(0)) })
  .map((some) => ({ firstByteTimeoutMs: undefined, ...some }));
const deadlineSteps: fc.Arbitrary<DeadlineStep[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom(...MOVES), times }),
    fc.record({ kind: fc.constant("advance" as const), ms: fc.integer({ min: 1, max: 12 }) }),
  ),
  { maxLength: 30 },
);

/** When a deadline expires. @param retries how often it begins a further attempt then */
function expiries(
  Kind: typeof Deadlines | typeof TimerDeadlines,
  first: UpstreamTimes,
  steps: readonly DeadlineStep[],
  retries: number,
) {
  const began = performance.now();
  const ends: (number | boolean)[] = [];
  let left = retries;
  const deadlines = new Kind(first, () => {
    ends.push(performance.now() - began);
    if (left-- <= 0) return;
    deadlines.restart(first);
    deadlines.uploading();
    deadlines.sent();
  });
  for (const step of steps) {
    if (step.kind === "advance") vi.advanceTimersByTime(step.ms);
    else if (step.kind === "restart") deadlines.restart(step.times);
    else deadlines[step.kind]();
    ends.push(deadlines.shared);
  }
  vi.advanceTimersByTime(100);
  ends.push(vi.getTimerCount());
  return ends;
}

describe("deadlines", () => {
  test("expire when those with a timer of their own would", () => {
    let expired = 0;
    fc.assert(
      fc.property(times, deadlineSteps, fc.nat(2), (first, steps, retries) => {
        const wanted = expiries(TimerDeadlines, first, steps, retries);
        expired += wanted.filter((end) => typeof end === "number").length - 1;
        expect(expiries(Deadlines, first, steps, retries)).toEqual(wanted);
      }),
      { numRuns: 1500 },
    );
    expect(expired).toBeGreaterThan(500);
  });

  test("wait again after bytes were moved, when they were held at their end", () => {
    let expired = 0;
    const deadlines = new Deadlines(
      { requestTimeoutMs: 1000, firstByteTimeoutMs: undefined, streamIdleTimeoutMs: 10 },
      () => {
        expired++;
      },
    );
    deadlines.streaming();
    deadlines.hold();
    vi.advanceTimersByTime(50);
    expect(expired).toBe(0);
    deadlines.progress();
    vi.advanceTimersByTime(9);
    expect(expired).toBe(0);
    vi.advanceTimersByTime(2);
    expect(expired).toBe(1);
  });
});
