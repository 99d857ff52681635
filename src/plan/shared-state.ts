// Describes where several gateways keep the counts that they share (contract, section 16). Data only.

import type { Secret } from "./secret.ts";

/** What happens to requests with limits while Redis can't be used. */
export type OnFailure =
  /** Each process enforces the limits by its own counts. */
  | "local"
  /** They are refused with 503 `state_unavailable`. */
  | "closed"
  /** They pass without limits. */
  | "open";

export interface RedisSpec {
  /** `redis://` or `rediss://`. It may hold a password. */
  readonly url: Secret;
  /** How the names of all keys begin. Gateways with the same one share their counts. */
  readonly keyPrefix: string;
  /** The longest time that a request waits for Redis, ms. */
  readonly timeoutMs: number;
  readonly onFailure: OnFailure;
}
