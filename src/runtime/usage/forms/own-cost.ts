// Reads what an upstream says that a response has cost (contract, section 13, "Cost").

import { TICKS_PER_USD } from "../../../plan/usage.ts";
import { membersOf, type Told } from "./token-count.ts";

/**
 * The cost, ticks of `TICKS_PER_USD`. `undefined`: not reported, or an impossible number.
 *
 * xAI counts in ticks of 1e-10 USD, which are ours. OpenRouter reports USD: `cost` is what it charges itself. Where the request used
 * a key of the user's own with the provider, that is only a fee, and the provider charges `upstream_inference_cost` besides.
 * @param usage the `usage` of a response
 */
export function ownCostTicks(usage: Told): number | undefined {
  const ticks = usage["cost_in_usd_ticks"];
  if (ticks !== undefined && ticks !== null) return soundTicks(ticks, 1);
  const own = soundTicks(usage["cost"], TICKS_PER_USD);
  if (own === undefined || usage["is_byok"] !== true) return own;
  const theirs = soundTicks(membersOf(usage["cost_details"])["upstream_inference_cost"] ?? 0, TICKS_PER_USD);
  return theirs === undefined ? undefined : soundTicks(own + theirs, 1);
}

function soundTicks(value: unknown, ticksPerUnit: number): number | undefined {
  if (typeof value !== "number" || !(value >= 0)) return undefined;
  const ticks = Math.round(value * ticksPerUnit);
  return Number.isSafeInteger(ticks) ? ticks : undefined;
}
