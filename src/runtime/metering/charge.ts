// Decides what an exchange costs its client's budgets (contract, section 12, "Reserve, then settle").

import { type Charge, type ChargingSpec, NO_CHARGE } from "../../plan/usage.ts";
import type { Metered } from "./metered.ts";

/** @param costTicks what it cost; `null`: no price is known */
export function chargeOf(
  { succeeded, report, reservation }: Pick<Metered, "succeeded" | "report" | "reservation">,
  costTicks: number | null,
  unknownCharge: ChargingSpec["unknownCharge"],
): Charge {
  if (!succeeded) return NO_CHARGE;
  const { known, counts } = report;
  if (known === "unknown") return unknownCharge === "estimate" && reservation ? reservation.estimate : NO_CHARGE;
  // The budgets and the ledger take no more than the largest exact number. Both counts may be as large as that.
  const tokens = Math.min((counts.input ?? 0) + (counts.output ?? 0), Number.MAX_SAFE_INTEGER);
  return { tokens, ticks: costTicks ?? 0 };
}
