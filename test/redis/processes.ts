// What one process of a gateway remembers, for the tests of the shared counts.

import type { Charge } from "../../src/plan/usage.ts";
import type { RedisCounts } from "../../src/runtime/limits/redis/redis-counts.ts";
import type { AdmissionRequest } from "../../src/runtime/limits/shared/shared-counts.ts";
import type { Writer } from "./charges.reference.ts";

export interface LiveExchange {
  readonly request: AdmissionRequest;
  readonly at: number;
}

/** One process of a gateway, and what it remembers. */
export interface GatewayProcess {
  readonly writer: Writer;
  readonly counts: RedisCounts;
  readonly live: LiveExchange[];
  /** By subject and day. */
  readonly charged: Map<string, Map<number, Charge>>;
}

/** A call that is under way. */
export interface LateCall {
  readonly ledger: string;
  readonly call: () => Promise<void>;
  /** An admission runs once. All else can be repeated. */
  readonly once: boolean;
}

export function addTo(
  charged: Map<string, Map<number, Charge>>,
  subject: string,
  day: number,
  { tokens, ticks }: Charge,
): Charge {
  const days = charged.get(subject) ?? new Map<number, Charge>();
  charged.set(subject, days);
  const before = days.get(day) ?? { tokens: 0, ticks: 0 };
  const after = { tokens: before.tokens + tokens, ticks: before.ticks + ticks };
  days.set(day, after);
  return after;
}

export function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % Math.max(1, list.length)];
}

export function take<T>(list: T[], which: number): T | undefined {
  return list.splice(which % Math.max(1, list.length), 1)[0];
}
