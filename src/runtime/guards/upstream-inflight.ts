// Is there room under this upstream key, now or within the time one may wait? (spec section 5, "Upstream")

import type { Exchange } from "../../plan/exchange.ts";
import { replyFor } from "../../plan/replies.ts";
import type { Guard, UpstreamGateSpec, Verdict } from "../../plan/steps.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";
import type { UpstreamGate } from "../limits/upstream-gate.ts";

const REFUSAL = replyFor("upstream_concurrency_exceeded");

export function upstreamInflight(spec: UpstreamGateSpec, limits: LimitsLease): Guard {
  const gate = limits.gate(spec.routeId, spec.keyDigest.reveal(), spec.max, spec.maxWaiting);
  const release = () => gate.leave();
  return function upstreamInflight(x) {
    if (!gate.tryEnter()) return waitFor(x, gate, spec.timeoutMs, release);
    x.hold(release);
    return undefined;
  };
}

function waitFor(x: Exchange, gate: UpstreamGate, timeoutMs: number, release: () => void): Verdict | Promise<Verdict> {
  const place = gate.wait(timeoutMs);
  if (place === undefined) return REFUSAL;
  x.hold(place.leaveLine);
  return place.admission.then((admission) => {
    if (admission === "granted") x.hold(release);
    return admission === "granted" ? undefined : REFUSAL;
  });
}
