// Checks budgets against a plain model, over random requests, settlements, steps of the clock, reloads and restarts.

import fc from "fast-check";
import { expect, it } from "vitest";
import type { BudgetPeriod, BudgetSpec, Charge, ClientBudgets, Reservation } from "../../src/plan/usage.ts";
import { Budgets } from "../../src/runtime/limits/budgets.ts";
import { ReferenceBudgets } from "./budgets.reference.ts";

const CLIENTS = ["a", "b"] as const;
const PERS: readonly BudgetPeriod[] = ["day", "week", "month", "total"];
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A step back goes to a minute and a day that are still counted. */
const steps = fc.constantFrom(0, 1000, 30_000, MINUTE, 60 * MINUTE, DAY, 7 * DAY, 33 * DAY, -20_000);

const amount = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 60 }));
const charge: fc.Arbitrary<Charge> = fc.record({ tokens: amount, ticks: amount });

const max = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined });
const limits: fc.Arbitrary<ClientBudgets> = fc.record({
  tokensPerMinute: max,
  budgets: fc.subarray([...PERS]).chain((pers) =>
    fc.tuple(...pers.map((per) => fc.record({ per: fc.constant(per), maxTokens: max, maxTicks: max }))).map((specs) => {
      const all: BudgetSpec[] = specs;
      return all;
    }),
  ),
});

type Command =
  | { readonly do: "reserve"; readonly client: (typeof CLIENTS)[number]; readonly estimate: Charge }
  | { readonly do: "settle"; readonly which: number; readonly charge: Charge; readonly twice: boolean }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "reload"; readonly limits: ClientBudgets }
  | { readonly do: "restart" };

const client = fc.constantFrom(...CLIENTS);
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("reserve" as const), client, estimate: charge }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("settle" as const), which: fc.nat(), charge, twice: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: steps }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("reload" as const), limits }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  ),
  { maxLength: 32 },
);

interface Open {
  readonly reservation: Reservation;
  readonly entry: { charge: Charge | undefined };
}

it("budgets answer and count as the plain model does", () => {
  fc.assert(
    fc.property(limits, fc.integer({ min: 0, max: 400 * DAY }), commands, (firstLimits, sinceStart, run) => {
      const warned: string[] = [];
      const start = () =>
        new Budgets({
          onPassed: ({ client: of, per, unit, percent }) => void warned.push(`${of} ${per} ${unit} ${percent}`),
        });
      let budgets = start();
      const model = new ReferenceBudgets();
      let own = firstLimits;
      let now = Date.parse("2026-01-01T00:00:00Z") + sinceStart;
      let open: Open[] = [];

      for (const command of run) {
        switch (command.do) {
          case "reserve": {
            const answer = budgets.reserve(command.client, own, command.estimate, now);
            const [wanted, entry] = model.reserve(command.client, own, command.estimate, now);
            expect(answer.kind).toBe(wanted);
            if (answer.kind === "admitted" && entry !== undefined)
              open.push({ reservation: answer.reservation, entry });
            break;
          }
          case "settle": {
            const [one] = open.length === 0 ? [] : open.splice(command.which % open.length, 1);
            if (one === undefined) break;
            one.entry.charge = command.charge;
            one.reservation.settle(command.charge);
            if (command.twice) one.reservation.settle({ tokens: 1000, ticks: 1000 });
            break;
          }
          case "wait":
            now += command.ms;
            break;
          case "reload":
            own = command.limits;
            break;
          case "restart": {
            const given = budgets.warningsGiven();
            model.restart();
            open = [];
            budgets = start();
            budgets.restore(new Map(CLIENTS.map((of) => [of, model.history(of)])), given);
            break;
          }
        }
        for (const { client: of, per, unit, used, reserved, endsAtMs } of budgets.shown(
          now,
          CLIENTS.map((each) => [each, own] as const),
        )) {
          const field = unit === "usd" ? "ticks" : "tokens";
          expect([used, reserved]).toEqual([model.used(of, per, field, now), model.reserved(of, per, field, now)]);
          expect(endsAtMs === undefined || endsAtMs > now).toBe(true);
        }
      }
      // `total` is one period, so each of its warnings comes at most once, also over restarts and reloads.
      const ofTotal = warned.filter((line) => line.includes(" total "));
      expect(new Set(ofTotal).size).toBe(ofTotal.length);
    }),
    { numRuns: 500 },
  );
});

it("the sum that is admitted never exceeds the limit when estimates are never too low", () => {
  const step = fc.record({
    estimate: fc.integer({ min: 0, max: 40 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    settles: fc.nat(),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.array(step, { maxLength: 60 }), (maxTokens, run) => {
      const budgets = new Budgets({ onPassed: () => {} });
      const own: ClientBudgets = {
        tokensPerMinute: undefined,
        budgets: [{ per: "day", maxTokens, maxTicks: undefined }],
      };
      const open: { readonly reservation: Reservation; readonly charge: Charge }[] = [];
      let spent = 0;
      for (const { estimate, share, settles } of run) {
        const answer = budgets.reserve("a", own, { tokens: estimate, ticks: 0 }, 0);
        const tokens = Math.floor(estimate * share);
        if (answer.kind === "admitted") open.push({ reservation: answer.reservation, charge: { tokens, ticks: 0 } });
        for (const { reservation, charge } of open.splice(0, settles % 3)) {
          reservation.settle(charge);
          spent += charge.tokens;
        }
        expect(spent + open.reduce((sum, { charge }) => sum + charge.tokens, 0)).toBeLessThanOrEqual(maxTokens);
      }
    }),
  );
});
