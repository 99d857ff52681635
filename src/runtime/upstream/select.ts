// Chooses the upstream of an exchange, then takes a slot in its in-flight limit, at once or after a wait
// (contract, section 5, "Upstream"). For a route with one upstream.

import type { Reply } from "../../plan/replies.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { Gate } from "../limits/gate.ts";
import type { LinkedUpstream } from "./linked-upstream.ts";
import { NO_SLOT } from "./place.ts";

/** The upstream to use, or the reply that refuses. */
export type Selection =
  | { readonly upstream: LinkedUpstream; readonly refusal?: undefined }
  | { readonly upstream?: undefined; readonly refusal: Reply };

const REFUSED: Selection = Object.freeze({ refusal: NO_SLOT });

/** Makes the function that selects the upstream of an exchange. The exchange holds its slot until it ends. */
export function selector(upstream: LinkedUpstream): (x: LiveExchange) => Selection | Promise<Selection> {
  const { gate, spec } = upstream;
  const selected: Selection = Object.freeze({ upstream });
  if (gate === undefined) {
    return function selectUnlimited(x) {
      x.choose(upstream);
      return selected;
    };
  }
  const timeoutMs = spec.limit?.timeoutMs ?? 0;
  const release = () => gate.leave();
  return function selectLimited(x) {
    x.choose(upstream);
    if (!gate.tryEnter()) return waitForSlot(x, gate, timeoutMs, release, selected);
    x.hold(release);
    return selected;
  };
}

function waitForSlot(
  x: LiveExchange,
  gate: Gate,
  timeoutMs: number,
  release: () => void,
  selected: Selection,
): Selection | Promise<Selection> {
  const wait = gate.wait(timeoutMs);
  if (wait === undefined) return REFUSED;
  x.hold(wait.leaveQueue);
  return wait.admission.then((admission) => {
    if (admission !== "granted") return REFUSED;
    x.hold(release);
    return selected;
  });
}
