// Asks for all limits of a request at once, where several processes share them (contract, section 16). It stands in place of the guards
// that ask for one limit each, and runs when the upstream is chosen.

import type { Exchange } from "../../plan/exchange.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { Step } from "../../plan/steps.ts";
import { type Charge, NO_CHARGE, type Reservation } from "../../plan/usage.ts";
import type { Clock } from "../clock.ts";
import type { Budgets } from "../limits/budgets.ts";
import type { SharedSlots } from "../limits/gate.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";
import { AdmittedExchange } from "../limits/shared/admitted-exchange.ts";
import type { AdmissionRequest } from "../limits/shared/shared-counts.ts";
import type { Decided, SharedLimits } from "../limits/shared/shared-limits.ts";
import { within } from "../within.ts";
import { budgetRefusal } from "./budget.ts";
import { CLIENT_FULL } from "./client-inflight.ts";
import { clientRateRefusal } from "./client-rate.ts";
import { DOWNSTREAM_FULL } from "./downstream-inflight.ts";
import { type LocalCounts, localCounts } from "./local-counts.ts";
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

/** How long a request waits for the slots of exchanges that have ended, ms. */
const LATE_MS = 500;

const STATE_UNAVAILABLE = replyFor("state_unavailable");

/** Makes the admission of a route. */
export function sharedAdmission(steps: readonly Step[], parts: AdmissionParts): AskAll {
  const admission = new SharedAdmission(localCounts(steps, parts.limits, parts.clock), parts);
  return (x, gate) => admission.ask({ x, gate });
}

/** An exchange, and the gate where it has taken a slot that has to be confirmed. */
interface Asked {
  readonly x: Admissible;
  readonly gate: SharedSlots | undefined;
}

class SharedAdmission {
  readonly #local: LocalCounts;
  readonly #parts: AdmissionParts;

  constructor(local: LocalCounts, parts: AdmissionParts) {
    this.#local = local;
    this.#parts = parts;
  }

  ask(asked: Asked): Admitted | Promise<Admitted> {
    const { shared } = this.#parts;
    const request = this.#requestOf(asked);
    if (!isLimited(request)) return undefined;
    if (!shared.usable) return this.#decideAlone(asked, request);
    const hadLate = shared.late.has(request.subject);
    return shared
      .admit(request)
      .then((answer) => (hadLate ? this.#askAgain(request, answer) : answer))
      .then((answer) =>
        answer === undefined ? this.#decideAlone(asked, request) : this.#decided(asked, request, answer),
      );
  }

  /** Asks once more, since an exchange of the same client had ended but still held its slots: it was not known yet what it used. */
  #askAgain(request: AdmissionRequest, answer: Decided | undefined): typeof answer | Promise<typeof answer> {
    const { shared } = this.#parts;
    const isFull = answer?.kind === "full" && answer.what !== "gate";
    if (!isFull) return answer;
    return within(LATE_MS, shared.late.none(request.subject)).then(() => shared.admit(request));
  }

  #requestOf({ x: { client, estimate }, gate }: Asked): AdmissionRequest {
    const access = client?.access;
    const { routeRate, hasClientRate, downstreamMax, clientMax } = this.#local;
    return {
      id: this.#parts.shared.newId(),
      subject: client?.id ?? "",
      routeRate,
      ratePerMinute: hasClientRate ? access?.ratePerMinute : undefined,
      use: estimate && access && { estimate, limits: access },
      downstreamMax,
      subjectMax: client && clientMax(client.id),
      gate: gate && { key: gate.key, max: gate.max },
    };
  }

  #decided(asked: Asked, request: AdmissionRequest, answer: Decided): Admitted {
    const { x } = asked;
    switch (answer.kind) {
      case "admitted":
        return this.#admitWithoutAsking(asked, request, answer.at);
      case "rate_limited":
        return rateRefusal(x, answer, this.#parts.clock.now());
      case "budget_exceeded":
        return budgetRefusal(x, answer, answer.at);
      case "too_large":
        return budgetRefusal(x, answer, this.#parts.clock.now());
      case "full":
        if (answer.what === "gate") return "full";
        return answer.what === "downstream" ? DOWNSTREAM_FULL : CLIENT_FULL;
    }
  }

  /** Decides without Redis. */
  #decideAlone(asked: Asked, refused: AdmissionRequest): Admitted {
    const { shared, clock } = this.#parts;
    shared.decideAlone();
    if (shared.onFailure === "closed") return STATE_UNAVAILABLE;
    // What was asked for may be taken back later, under its own id.
    const request = { ...refused, id: shared.newId() };
    return shared.onFailure === "open"
      ? this.#admitWithoutAsking(asked, request, clock.now())
      : this.#askLocal(asked, request);
  }

  /** Asks for the limits by the counts of this process. */
  #askLocal(asked: Asked, request: AdmissionRequest): Admitted {
    const { budgets, clock } = this.#parts;
    const { x } = asked;
    const { use } = request;
    const rates = this.#local.takeRates(x);
    if (rates !== undefined) return rates;
    const now = clock.now();
    const reserved = use && budgets.reserve(x.client?.label ?? "", use.limits, use.estimate, now);
    if (reserved !== undefined && reserved.kind !== "admitted") return budgetRefusal(x, reserved, now);
    const slots = this.#local.takeSlots(x);
    if (slots === undefined) return this.#admit(asked, request, reserved?.reservation);
    reserved?.reservation.settle(NO_CHARGE);
    return slots;
  }

  /** Admits an exchange, whatever the counts of this process say. @param at when it was admitted, ms since the epoch */
  #admitWithoutAsking(asked: Asked, request: AdmissionRequest, at: number): undefined {
    const { x } = asked;
    const { use } = request;
    this.#local.count(x);
    const client = x.client?.label ?? "";
    const reservation = use && this.#parts.budgets.reserveAdmitted(client, use.limits, use.estimate, at);
    return this.#admit(asked, request, reservation);
  }

  #admit({ x, gate }: Asked, request: AdmissionRequest, local: Reservation | undefined): undefined {
    const held = new AdmittedExchange({ shared: this.#parts.shared, request, client: x.client?.label ?? "", local });
    gate?.confirmed(request.id);
    if (local !== undefined) x.reserve(held);
    x.hold(() => held.ended());
    return undefined;
  }
}

function rateRefusal(x: Exchange, answer: Extract<Decided, { kind: "rate_limited" }>, now: number): Reply {
  const { by, retryAfterSeconds } = answer;
  if (by === "tokens") return budgetRefusal(x, { kind: "rate_limited", retryAfterSeconds }, now);
  return by === "route" ? routeRateRefusal(retryAfterSeconds) : clientRateRefusal(x, retryAfterSeconds);
}

function isLimited({ routeRate, ratePerMinute, use, downstreamMax, subjectMax, gate }: AdmissionRequest): boolean {
  return (routeRate ?? ratePerMinute ?? use ?? downstreamMax ?? subjectMax ?? gate) !== undefined;
}
