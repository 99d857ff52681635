// Compares the limit of clients on requests in flight with a simple model, over any order of requests, ends and reloads: a request
// passes if and only if fewer of its client's requests are in flight than the newest limit allows.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Client } from "../../src/plan/exchange.ts";
import type { Guard } from "../../src/plan/steps.ts";
import { clientInflight } from "../../src/runtime/guards/client-inflight.ts";
import { clientKey } from "../../src/runtime/limits/client-key.ts";
import { Limits } from "../../src/runtime/limits/limits.ts";
import type { Counted, LimitsLease } from "../../src/runtime/limits/limits-lease.ts";

const IDS = ["a", "b"] as const;
type Id = (typeof IDS)[number];
/** The limit of each client; `undefined`: none. */
type Maxima = Readonly<Record<Id, number | undefined>>;

type Step =
  | { readonly kind: "ask"; readonly id: Id }
  | { readonly kind: "end"; readonly at: number }
  | { readonly kind: "reload"; readonly maxima: Maxima };

class InFlight implements Counted {
  readonly client: Client;
  readonly plan: Plan;
  readonly upstream = undefined;
  isCounted = true;
  #holds: (() => void)[] = [];

  constructor(id: Id, plan: Plan) {
    this.client = { id: clientKey(id), label: id, access: undefined };
    this.plan = plan;
  }

  hold(release: () => void): void {
    this.#holds.push(release);
  }

  end(): void {
    for (const release of this.#holds.splice(0).reverse()) release();
  }
}

interface Plan {
  readonly lease: LimitsLease;
  readonly guard: Guard;
  readonly exchanges: Set<InFlight>;
}

/** What the gateway does: the plans in use, the newest last. */
class Gateway {
  readonly limits = new Limits();
  #plans: Plan[] = [];
  readonly inFlight: InFlight[] = [];

  reload(maxima: Maxima): void {
    const lease = this.limits.lease();
    const clients = IDS.flatMap((id) => {
      const max = maxima[id];
      return max === undefined ? [] : [{ id, max }];
    });
    const guard = clientInflight({ clients }, lease);
    for (const older of this.#plans) lease.adoptInFlight(older.lease, older.exchanges);
    lease.applyLimits();
    this.#plans.push({ lease, guard, exchanges: new Set() });
    this.#retire();
  }

  ask(id: Id): boolean {
    const plan = this.#plans.at(-1);
    if (plan === undefined) throw new Error("there is a plan");
    const x = new InFlight(id, plan);
    // The guard uses no more of an exchange than these.
    const passes = plan.guard(x as unknown as Parameters<Guard>[0]) === undefined;
    if (!passes) return false;
    plan.exchanges.add(x);
    this.inFlight.push(x);
    return true;
  }

  end(at: number): void {
    const [x] = this.inFlight.splice(at % this.inFlight.length, 1);
    if (x === undefined) throw new Error("one is in flight");
    x.end();
    x.plan.exchanges.delete(x);
    this.#retire();
  }

  #retire(): void {
    const newest = this.#plans.at(-1);
    const [gone, kept] = [[] as Plan[], [] as Plan[]];
    for (const plan of this.#plans) (plan === newest || plan.exchanges.size > 0 ? kept : gone).push(plan);
    for (const { lease } of gone) lease.release();
    this.#plans = kept;
  }
}

const max = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
const maxima: fc.Arbitrary<Maxima> = fc.record({ a: max, b: max });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("ask" as const), id: fc.constantFrom(...IDS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("end" as const), at: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reload" as const), maxima }) },
);

test("the limit is exact in any order of requests, ends and reloads, and all counts are 0 at the end", () => {
  fc.assert(
    fc.property(maxima, fc.array(step, { maxLength: 80 }), (first, steps) => {
      const gateway = new Gateway();
      gateway.reload(first);
      let current = first;
      const running = (id: Id): number => gateway.inFlight.filter(({ client }) => client.label === id).length;
      for (const one of steps) {
        if (one.kind === "ask") {
          const expected = running(one.id) < (current[one.id] ?? Number.POSITIVE_INFINITY);
          expect(gateway.ask(one.id)).toBe(expected);
        } else if (one.kind === "end") {
          if (gateway.inFlight.length > 0) gateway.end(one.at);
        } else {
          gateway.reload(one.maxima);
          current = one.maxima;
        }
      }
      while (gateway.inFlight.length > 0) gateway.end(0);
      expect(gateway.limits.totals().clients).toBe(0);
      // Only the counts of the newest plan are left.
      expect(gateway.limits.size).toBe(IDS.filter((id) => current[id] !== undefined).length);
    }),
    { numRuns: 400 },
  );
});
