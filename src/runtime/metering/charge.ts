// Decides what an exchange costs its client's budgets (contract, section 12, "Reserve, then settle").

import type { Charge, ChargingSpec } from "../../plan/usage.ts";
import type { Metered } from "./metered.ts";

const NOTHING: Charge = Object.freeze({ tokens: 0, ticks: 0 });

/** @param costTicks what it cost; `null`: no price is known */
export function chargeOf(
  { succeeded, report, reservation }: Pick<Metered, "succeeded" | "report" | "reservation">,
  costTicks: number | null,
  unknownCharge: ChargingSpec["unknownCharge"],
): Charge {
  if (!succeeded) return NOTHING;
  const { known, counts } = report;
  if (known === "unknown") return unknownCharge === "estimate" && reservation ? reservation.estimate : NOTHING;
  // The budgets and the ledger take no more than the largest exact number. Both counts may be as large as that.
  const tokens = Math.min((counts.input ?? 0) + (counts.output ?? 0), Number.MAX_SAFE_INTEGER);
  return { tokens, ticks: costTicks ?? 0 };
}
