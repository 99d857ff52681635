// Describes what `serve` needs of whatever serves: this process, or workers of it.

import type { AddressInfo } from "node:net";
import type { Blueprint } from "../../plan/blueprint.ts";
import type { TlsPair } from "../../runtime/downstream/tls.ts";
import type { ReloadResult } from "../../runtime/exchange/observer.ts";

/** How a swap of the plan ended. Where it is refused, the plan in use stays. */
export type SwapOutcome =
  | { readonly ok: true /** Of the new plan. */; readonly fingerprint: string }
  | { readonly ok: false; readonly reason: string };

/** What a reload acts on. */
export interface ReloadTarget {
  /**
   * Serves another blueprint. Not called again before it has ended. Never throws.
   * @param pair the certificate from now on; `undefined`: the one in use stays
   * @returns a promise where other processes take part; else it is done within this turn of the event loop
   */
  swap(next: Blueprint, pair: TlsPair | undefined): SwapOutcome | Promise<SwapOutcome>;
  /** Counts how a reload ended. */
  reloaded(result: ReloadResult): void;
}

export interface Serving {
  readonly address: AddressInfo;
  readonly target: ReloadTarget;
  /**
   * Drains, and ends.
   * @param report told first how many exchanges are in flight
   * @returns whether all exchanges finished by themselves
   */
  drain(report: (inFlight: number) => void): Promise<boolean>;
}
