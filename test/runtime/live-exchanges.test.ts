// Checks the list of live exchanges against a set, for any order of arrivals and ends.

import fc from "fast-check";
import { expect, it } from "vitest";
import type { LiveExchange } from "../../src/runtime/exchange/exchange.ts";
import { LiveExchanges } from "../../src/runtime/exchange/live-exchanges.ts";

it("holds what was added and not taken out", () => {
  // Each number below an exchange's count ends one of the live ones; every other number begins one.
  fc.assert(
    fc.property(fc.array(fc.nat(12)), (moves) => {
      const list = new LiveExchanges();
      const model: LiveExchange[] = [];
      for (const move of moves) {
        const ending = model[move];
        if (ending === undefined) {
          const x = { position: -1 } as LiveExchange;
          list.add(x);
          model.push(x);
        } else {
          list.delete(ending);
          model.splice(move, 1);
        }
        expect(list.size).toBe(model.length);
        expect(new Set(list)).toEqual(new Set(model));
        for (const [at, x] of [...list].entries()) expect(x.position).toBe(at);
      }
    }),
  );
});
