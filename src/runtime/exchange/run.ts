// May this exchange pass? Walks the route's guards, then forwards. Synchronous until a guard really waits; never throws.

import type { Exchange } from "../../plan/exchange.ts";
import type { Reply } from "../../plan/replies.ts";
import type { Route } from "./plan.ts";

/** What a chain needs of the exchange it runs: a live one, or a dry one of `explain`. */
export interface Runnable extends Exchange {
  /** It has passed all guards but the upstream's. Told once or twice. */
  admit(): void;
  reply(reply: Reply): void;
  /** A throw is a bug of ours; `by` names the step. */
  fail(err: unknown, by: string): void;
}

/**
 * Runs the chain of a route from the guard at `from` on.
 * The first refusal answers; a throw is a bug of ours, answered 500 with the step's name in the log.
 */
export function run<X extends Runnable>(x: X, route: Route<X>, from = 0): void {
  for (let i = from; ; i++) {
    const guard = route.guards[i];
    const by = guard?.kind ?? "forward";
    try {
      // What waits for its upstream holds a place in the gateway already.
      if (guard === undefined || guard.kind === "upstreamInflight") x.admit();
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
