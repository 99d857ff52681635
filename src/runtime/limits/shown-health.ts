// Describes the health of an upstream as metrics, summary and dashboard show it (contract, section 14, "Cooling").

export interface ShownHealth {
  readonly routeId: string;
  /** The id of the upstream in its pool. */
  readonly upstream: string;
  /** `probing`: its cooling time is over, and no attempt has had an answer since. */
  readonly state: "well" | "cooling" | "probing";
  /** Why it is not well, in a few words of ours. `undefined` while it is well. */
  readonly reason: string | undefined;
  /** When its cooling time ends or ended, ms since the epoch. `undefined` while it is well. */
  readonly untilMs: number | undefined;
}
