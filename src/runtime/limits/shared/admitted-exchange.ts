// Holds what one exchange has of the limits that several processes share, from its admission to its end.

import { type Charge, NO_CHARGE, type Reservation } from "../../../plan/usage.ts";
import { dayOf } from "../budget-period.ts";
import { wholeCharge } from "../client-usage.ts";
import type { AdmissionRequest, DayCharge } from "./shared-counts.ts";
import type { SharedLimits } from "./shared-limits.ts";

export interface AdmittedParts {
  readonly shared: SharedLimits;
  readonly request: AdmissionRequest;
  /** Whose budgets it is charged to, as the ledger names it. */
  readonly client: string;
  /** What this process has reserved; `undefined`: nothing. */
  readonly local: Reservation | undefined;
}

/** It gives back what it holds once it has ended and, where something is reserved, it is known what was used. */
export class AdmittedExchange implements Reservation {
  readonly estimate: Charge;
  readonly at: number;
  readonly #parts: AdmittedParts;
  #hasEnded = false;
  #used: Charge | undefined = undefined;
  #charged: DayCharge | undefined = undefined;

  constructor(parts: AdmittedParts) {
    const { shared, request, local } = parts;
    this.#parts = parts;
    this.estimate = local?.estimate ?? NO_CHARGE;
    this.at = local?.at ?? 0;
    shared.hold(request, local && { day: dayOf(local.at), ...this.estimate });
  }

  /** The exchange has ended. Called once. */
  ended(): void {
    this.#hasEnded = true;
    const { shared, request, local } = this.#parts;
    shared.late.add(request.subject);
    if (local === undefined || this.#used !== undefined) this.#giveBack();
  }

  settle(charge: Charge): void {
    const { shared, client, local } = this.#parts;
    if (this.#used !== undefined) return;
    this.#used = wholeCharge(charge);
    local?.settle(charge);
    this.#charged = shared.charges.add(client, dayOf(this.at), this.#used);
    if (this.#hasEnded) this.#giveBack();
  }

  #giveBack(): void {
    const { shared, client, local, request } = this.#parts;
    const { id, subject, downstreamMax } = request;
    const ended = { id, subject, downstream: downstreamMax !== undefined, used: this.#used, charged: this.#charged };
    void shared.end(ended, local && client).then(() => shared.late.done(subject));
  }
}
