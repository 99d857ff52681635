// Chooses the upstream of an exchange, then takes a slot in its in-flight limit, now or within the time one may wait
// (contract, section 5, "Upstream"). A route has one upstream so far.

import { type Reply, replyFor } from "../../plan/replies.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { UpstreamGate } from "../limits/upstream-gate.ts";
import type { LinkedUpstream } from "./linked-upstream.ts";

const NO_SLOT = replyFor("upstream_concurrency_exceeded");

/** The upstream to use, or the reply that refuses. */
export type Selection =
  | { readonly upstream: LinkedUpstream; readonly refusal?: undefined }
  | { readonly upstream?: undefined; readonly refusal: Reply };

const REFUSED: Selection = Object.freeze({ refusal: NO_SLOT });

/** Makes the selection of a route. The exchange holds its slot until it ends. */
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
  gate: UpstreamGate,
  timeoutMs: number,
  release: () => void,
  selected: Selection,
): Selection | Promise<Selection> {
  const place = gate.wait(timeoutMs);
  if (place === undefined) return REFUSED;
  x.hold(place.leaveQueue);
  return place.admission.then((admission) => {
    if (admission !== "granted") return REFUSED;
    x.hold(release);
    return selected;
  });
}
