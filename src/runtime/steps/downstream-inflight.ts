// Is there room in the gateway? Held from admission to the end of the response (spec section 5, "Downstream").

import type { Guard, InflightSpec } from "../../plan/steps.ts";
import { retryLater } from "../retry-later.ts";
import type { StateClaim } from "../state/state-claim.ts";

const REFUSAL = retryLater("downstream_concurrency_exceeded");

export function downstreamInflight({ max }: InflightSpec, state: StateClaim): Guard {
  const counter = state.downstream(max);
  const release = () => counter.release();
  return function downstreamInflight(x) {
    if (!counter.tryAcquire()) return REFUSAL;
    x.hold(release);
    return undefined;
  };
}
