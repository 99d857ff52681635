// Describes the counts that several gateways share, and what a gateway asks of them (contract, section 16).

import type { BudgetPeriod, Charge, ClientBudgets } from "../../../plan/usage.ts";
import type { BudgetUnit, Used } from "../client-usage.ts";

/** All limits of one request. What is `undefined` is not limited. They are decided at once: a request that is refused counts in none. */
export interface AdmissionRequest {
  /** Names the admission and the slots it takes. It is never used twice, by any process. */
  readonly id: string;
  /** Whose rates, usage and slots are counted: the key of a client, or the digest of a token that belongs to none. */
  readonly subject: string;
  readonly routeRate: { readonly routeId: string; readonly perMinute: number } | undefined;
  /** Requests per minute of the subject, over all routes. */
  readonly ratePerMinute: number | undefined;
  /** What is reserved, in which limits. */
  readonly use: { readonly estimate: Charge; readonly limits: ClientBudgets } | undefined;
  readonly downstreamMax: number | undefined;
  /** Requests in flight of the subject. */
  readonly subjectMax: number | undefined;
  readonly gate: { readonly key: string; readonly max: number } | undefined;
}

/** The answer. Of several limits that refuse, the first in the order of `AdmissionRequest` is named. */
export type AdmissionAnswer =
  /** @property at when, by the clock of Redis, ms since the epoch: it decides the periods that a reservation belongs to */
  | { readonly kind: "admitted"; readonly at: number }
  | {
      readonly kind: "rate_limited";
      readonly by: "route" | "subject" | "tokens";
      /** Whole seconds to the next minute of the clock of Redis, 1 to 60. */
      readonly retryAfterSeconds: number;
    }
  /** `retryAfterSeconds` is `undefined` for `total`, which never resets. */
  | {
      readonly kind: "budget_exceeded";
      readonly retryAfterSeconds: number | undefined;
      readonly per: BudgetPeriod;
      readonly unit: BudgetUnit;
      readonly at: number;
    }
  /** The estimate is larger than the whole limit. */
  | { readonly kind: "too_large"; readonly per: BudgetPeriod | "minute"; readonly unit: BudgetUnit }
  | { readonly kind: "full"; readonly what: "downstream" | "subject" | "gate" }
  /** It had been undone before it ran. */
  | { readonly kind: "undone" };

/** All that one process has charged to a subject on a day so far. It only grows, so it can be written again at any time. */
export interface DayCharge extends Charge {
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
}

/** An exchange that was admitted, and has ended. */
export interface EndedExchange {
  readonly id: string;
  readonly subject: string;
  /** It has a slot among those of all requests. */
  readonly downstream: boolean;
  /** What it used in place of what is reserved; `undefined`: nothing is reserved. */
  readonly used: Charge | undefined;
  /** What this process has charged to the subject on the day of the exchange so far; `undefined`: nothing was charged. */
  readonly charged: DayCharge | undefined;
}

/** What a subject has used and reserved in its present periods, by the clock of Redis. */
export interface SharedUsage {
  /** When that was so, by the clock of Redis, ms since the epoch. */
  readonly at: number;
  of(per: BudgetPeriod, unit: BudgetUnit): Used;
}

/** How a charge changed what a subject has used, in the periods of the day that it belongs to. */
export interface ChargeEffect {
  readonly day: number;
  /** What was added. */
  readonly added: Charge;
  /** What is used now. */
  used(per: BudgetPeriod, unit: BudgetUnit): number;
}

/** A set of slots. Each slot is a lease: it ends by itself 30 s after it was last renewed. */
export type SlotSet =
  | { readonly kind: "downstream" }
  | { readonly kind: "subject"; readonly subject: string }
  | { readonly kind: "gate"; readonly key: string };

/** A slot that is renewed. If it is not there, it is added, even above the limit: its exchange is in flight. */
export interface HeldSlot {
  readonly id: string;
  /** What is reserved with it. It is reserved anew if Redis has lost it. */
  readonly reserved: DayCharge | undefined;
}

/** What a ledger knew of a subject when the process started: charges of earlier processes. */
export interface EarlierCharges {
  /** Of all time. */
  readonly total: Charge;
  readonly days: readonly DayCharge[];
}

/** Who writes charges. */
export interface ChargeOwner {
  /** Names the ledger of this gateway, over its restarts. */
  readonly ledger: string;
  /** Names this run of the gateway. */
  readonly run: string;
  /** Names this process of the run. */
  readonly process: string;
}

/** Every call fails with an error where Redis can't be used or does not answer in time. */
export interface SharedCounts {
  admit(request: AdmissionRequest): Promise<AdmissionAnswer>;
  /** Takes back an admission of which it is not known whether it ran, and makes sure that it does not run later. Can be repeated. */
  undo(request: AdmissionRequest): Promise<void>;
  /** Takes a slot of a gate. @returns whether there was a free one */
  enter(gate: { readonly key: string; readonly max: number }, id: string): Promise<boolean>;
  /** Gives a slot of a gate back. Can be repeated. */
  leave(gateKey: string, id: string): Promise<void>;
  /** Gives back what an exchange held, and counts what it used. Can be repeated. */
  end(ended: EndedExchange): Promise<ChargeEffect | undefined>;
  /** Writes what a process has charged on some days. Can be repeated. @param process another one of the same run, which has died */
  publish(subject: string, days: readonly DayCharge[], process?: string): Promise<readonly ChargeEffect[]>;
  /** Renews slots. */
  renew(set: SlotSet, slots: readonly HeldSlot[]): Promise<void>;
  /** Makes sure that charges of earlier processes are counted. Can be repeated. */
  restore(subject: string, earlier: EarlierCharges): Promise<void>;
  used(subject: string): Promise<SharedUsage>;
  /** Renews the mark of this process. @returns whether it was there: if not, Redis has forgotten what the process had written */
  mark(): Promise<boolean>;
}
