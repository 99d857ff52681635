// Runs the guards of a route in order, then sends the exchange upstream. Synchronous until a guard returns a promise; never throws.

import type { Exchange } from "../../plan/exchange.ts";
import type { Reply } from "../../plan/replies.ts";
import type { Route } from "./plan.ts";

/** What a chain needs of its exchange, which is a live one or that of a dry run. */
export interface Runnable extends Exchange {
  reply(reply: Reply): void;
  /** Reports a throw, which is a bug of ours. @param by names the step */
  fail(err: unknown, by: string): void;
}

/**
 * Runs the chain of a route, beginning with the guard at `from`.
 * The first reply of a guard is the answer. A throw is a bug of ours: it is answered with 500, and the log names the step.
 */
export function run<X extends Runnable>(x: X, route: Route<X>, from = 0): void {
  for (let i = from; ; i++) {
    const guard = route.guards[i];
    const by = guard?.kind ?? "forward";
    try {
      if (guard === undefined) return route.forward(x);
      const verdict = guard.run(x);
      if (verdict === undefined) continue;
      if (!(verdict instanceof Promise)) return x.reply(verdict);
      verdict.then(
        (late) => {
          if (late !== undefined) x.reply(late);
          else if (!x.done) run(x, route, i + 1);
        },
        (err: unknown) => x.fail(err, by),
      );
      return;
    } catch (err) {
      return x.fail(err, by);
    }
  }
}
