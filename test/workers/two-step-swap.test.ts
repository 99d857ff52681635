// Checks the decision of a swap in all workers, for each order in which workers can answer, end or be silent.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Order, TwoStepSwap } from "../../src/cli/serve/workers/two-step-swap.ts";

const to = (act: Order["act"], ...workers: number[]) => workers.map((worker) => ({ worker, act }));

test("all prepare, then all commit", () => {
  const swap = new TwoStepSwap([1, 2]);
  expect(swap.begin()).toEqual([]);
  expect(swap.prepared(2)).toEqual([]);
  expect(swap.decided).toBe(false);
  expect(swap.prepared(1)).toEqual(to("commit", 1, 2));
  expect([swap.decided, swap.outcome]).toEqual([true, undefined]);
  expect(swap.committed(1, true)).toEqual([]);
  expect(swap.outcome).toBeUndefined();
  swap.committed(2, true);
  expect(swap.outcome).toEqual({ ok: true });
});

test("one that can't prepare makes all forget, and the reason names it", () => {
  const swap = new TwoStepSwap([1, 2, 3]);
  swap.prepared(1);
  expect(swap.prepared(3, "linking failed")).toEqual(to("forget", 1, 2, 3));
  expect(swap.outcome).toEqual({ ok: false, reason: "worker 3: linking failed" });
  expect(swap.prepared(2)).toEqual([]);
});

test("one that is silent in the first step makes all forget", () => {
  const swap = new TwoStepSwap([1, 2, 3]);
  swap.prepared(2);
  expect(swap.late(50)).toEqual(to("forget", 1, 2, 3));
  expect(swap.outcome).toEqual({ ok: false, reason: "worker 1, 3 did not answer within 50 ms" });
});

test("one that is silent in the second step, or can't commit, is ended: the others use the new plan already", () => {
  const silent = new TwoStepSwap([1, 2]);
  silent.prepared(1);
  silent.prepared(2);
  silent.committed(1, true);
  expect(silent.late(50)).toEqual(to("kill", 2));
  expect(silent.outcome).toEqual({ ok: true });
  const failing = new TwoStepSwap([1]);
  failing.prepared(1);
  expect(failing.committed(1, false)).toEqual(to("kill", 1));
  expect(failing.outcome).toEqual({ ok: true });
});

test("one that ends takes no part any more, and without any worker the plan is taken", () => {
  const swap = new TwoStepSwap([1, 2]);
  swap.prepared(1);
  expect(swap.gone(2)).toEqual(to("commit", 1));
  swap.gone(1);
  expect(swap.outcome).toEqual({ ok: true });
  const none = new TwoStepSwap([]);
  none.begin();
  expect(none.outcome).toEqual({ ok: true });
});

/** What a worker does next, as far as it can. */
type Event = { readonly worker: number; readonly what: "answer" | "refuse" | "end" } | { readonly what: "late" };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      worker: fc.integer({ min: 1, max: 4 }),
      what: fc.constantFrom("answer", "answer", "answer", "refuse", "end"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ what: "late" as const }) },
);

test("whatever happens, all workers that live on use the same plan at the end", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4 }), fc.array(event, { maxLength: 30 }), (count, events) => {
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      const swap = new TwoStepSwap(numbers);
      /** The plan of each worker that runs. */
      const plan = new Map(numbers.map((worker) => [worker, "old"]));
      const seen = new Set<Order["act"]>();
      const answered = new Map<number, number>();
      const obey = (orders: readonly Order[]): void => {
        for (const { worker, act } of orders) {
          seen.add(act);
          if (act === "kill") plan.delete(worker);
          // It swaps when the order comes, also when it says so too late.
          if (act === "commit" && plan.has(worker)) plan.set(worker, "new");
        }
      };
      obey(swap.begin());
      for (const one of [...events, { what: "late" } as const, { what: "late" } as const]) {
        if (one.what === "late") obey(swap.late(1));
        else if (plan.has(one.worker)) {
          const { worker, what } = one;
          if (what === "end") {
            plan.delete(worker);
            obey(swap.gone(worker));
          } else if (swap.decided) obey(swap.committed(worker, what === "answer"));
          else {
            answered.set(worker, (answered.get(worker) ?? 0) + 1);
            obey(swap.prepared(worker, what === "answer" ? undefined : "no"));
          }
        }
      }
      expect(swap.outcome).toBeDefined();
      expect(seen.has("commit") && seen.has("forget")).toBe(false);
      const plans = new Set(plan.values());
      if (swap.outcome?.ok === true) expect([...plans].filter((name) => name !== "new")).toEqual([]);
      else expect([...plans].filter((name) => name !== "old")).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
