// Asks for all limits of a request at once, where several processes share them (contract, section 16). It stands in place of the guards
// that ask for one limit each, and runs when the upstream is chosen.

import type { Exchange } from "../../plan/exchange.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { Step } from "../../plan/steps.ts";
import type { Charge, Reservation } from "../../plan/usage.ts";
import type { Clock } from "../clock.ts";
import type { Budgets } from "../limits/budgets.ts";
import type { SharedSlots } from "../limits/gate.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";
import { AdmittedExchange } from "../limits/shared/admitted-exchange.ts";
import type { AdmissionAnswer, AdmissionRequest } from "../limits/shared/shared-counts.ts";
import type { SharedLimits } from "../limits/shared/shared-limits.ts";
import { budgetRefusal } from "./budget.ts";
import { CLIENT_FULL } from "./client-inflight.ts";
import { clientRateRefusal } from "./client-rate.ts";
import { DOWNSTREAM_FULL } from "./downstream-inflight.ts";
import { localCounts } from "./local-counts.ts";
import { routeRateRefusal } from "./rate-limit.ts";

/** An exchange whose limits are asked for. */
export interface Admissible extends Exchange {
  /** What it may use of its client's budgets; `undefined`: nothing has to be reserved. */
  readonly estimate: Charge | undefined;
}

/** `undefined`: it is admitted. `full`: the gate has no slot, and nothing was counted. Else the reply that refuses it. */
export type Admitted = undefined | "full" | Reply;

/** @param gate where the exchange has taken a slot that has to be confirmed; `undefined`: there is no limit, or it has to wait for a slot */
export type AskAll = (x: Admissible, gate: SharedSlots | undefined) => Admitted | Promise<Admitted>;

export interface AdmissionParts {
  readonly shared: SharedLimits;
  readonly limits: LimitsLease;
  /** Those of this process. */
  readonly budgets: Budgets;
  readonly clock: Clock;
}

/** The kinds of steps that an admission stands for. A budget has a guard as well, which finds out what has to be reserved. */
const TOGETHER: ReadonlySet<Step["kind"]> = new Set([
  "rateLimit",
  "clientRate",
  "downstreamInflight",
  "clientInflight",
]);

/** Whether the limit of a step is asked for together with the others. */
export function isAskedTogether({ kind }: Step): boolean {
  return TOGETHER.has(kind);
}

const STATE_UNAVAILABLE = replyFor("state_unavailable");

/** Makes the admission of a route. */
export function sharedAdmission(steps: readonly Step[], { shared, limits, budgets, clock }: AdmissionParts): AskAll {
  const local = localCounts(steps, limits, clock);
  const { routeRate, downstreamMax } = local;

  function requestOf(x: Admissible, gate: SharedSlots | undefined): AdmissionRequest | undefined {
    const { client, estimate } = x;
    const access = client?.access;
    const request: AdmissionRequest = {
      id: shared.newId(),
      subject: client?.id ?? "",
      routeRate,
      ratePerMinute: local.hasClientRate ? access?.ratePerMinute : undefined,
      use: estimate && access && { estimate, limits: access },
      downstreamMax,
      subjectMax: client && local.clientMax(client.id),
      gate: gate && { key: gate.key, max: gate.max },
    };
    return isLimited(request) ? request : undefined;
  }

  /** Counts an exchange that is admitted, in this process as well. @param reservation made here already; `undefined`: none was made */
  function admit(
    x: Admissible,
    gate: SharedSlots | undefined,
    request: AdmissionRequest,
    reservation: Reservation | undefined,
  ): undefined {
    const client = x.client?.label ?? "";
    const held = new AdmittedExchange({ shared, request, client, local: reservation });
    gate?.confirmed(request.id);
    if (reservation !== undefined) x.reserve(held);
    x.hold(() => held.ended());
    return undefined;
  }

  function decided(
    x: Admissible,
    gate: SharedSlots | undefined,
    request: AdmissionRequest,
    answer: AdmissionAnswer,
  ): Admitted {
    switch (answer.kind) {
      case "admitted": {
        local.count(x);
        const { use } = request;
        const made = use && budgets.reserveAdmitted(x.client?.label ?? "", use.limits, use.estimate, answer.at);
        return admit(x, gate, request, made);
      }
      case "rate_limited":
        if (answer.by === "tokens") return budgetRefusal(x, { ...answer, kind: "rate_limited" }, clock.now());
        return answer.by === "route"
          ? routeRateRefusal(answer.retryAfterSeconds)
          : clientRateRefusal(x, answer.retryAfterSeconds);
      case "budget_exceeded":
        return budgetRefusal(x, answer, answer.at);
      case "too_large":
        return budgetRefusal(x, answer, clock.now());
      case "full":
        if (answer.what === "gate") return "full";
        return answer.what === "downstream" ? DOWNSTREAM_FULL : CLIENT_FULL;
      case "undone":
        return alone(x, gate, request);
    }
  }

  /** Decides without Redis. */
  function alone(x: Admissible, gate: SharedSlots | undefined, asked: AdmissionRequest): Admitted {
    shared.decideAlone();
    if (shared.onFailure === "closed") return STATE_UNAVAILABLE;
    // What was asked for is taken back later, under its own id.
    const request = { ...asked, id: shared.newId() };
    const { use } = request;
    const client = x.client?.label ?? "";
    const now = clock.now();
    if (shared.onFailure === "open") {
      local.count(x);
      return admit(x, gate, request, use && budgets.reserveAdmitted(client, use.limits, use.estimate, now));
    }
    const rates = local.takeRates(x);
    if (rates !== undefined) return rates;
    const reserved = use && budgets.reserve(client, use.limits, use.estimate, now);
    if (reserved !== undefined && reserved.kind !== "admitted") return budgetRefusal(x, reserved, now);
    const slots = local.takeSlots(x);
    if (slots !== undefined) {
      reserved?.reservation.settle({ tokens: 0, ticks: 0 });
      return slots;
    }
    return admit(x, gate, request, reserved?.reservation);
  }

  return function askAll(x, gate) {
    const request = requestOf(x, gate);
    if (request === undefined) return undefined;
    if (!shared.usable) return alone(x, gate, request);
    return shared
      .admit(request)
      .then((answer) => (answer === undefined ? alone(x, gate, request) : decided(x, gate, request, answer)));
  };
}

function isLimited({ routeRate, ratePerMinute, use, downstreamMax, subjectMax, gate }: AdmissionRequest): boolean {
  return (routeRate ?? ratePerMinute ?? use ?? downstreamMax ?? subjectMax ?? gate) !== undefined;
}
