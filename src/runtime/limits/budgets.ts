// Knows what each client may still use: reserves an estimate before its request, and settles it by what was used (contract,
// section 12, "Reserve, then settle").

import type { BudgetPeriod, Charge, ClientBudgets, Reservation } from "../../plan/usage.ts";
import { dayOf, dayOfDate, periodOf, startOfDay } from "./budget-period.ts";
import { BudgetWarnings, readWarningName, type WarnedPercent, warningName } from "./budget-warnings.ts";
import { amountOf, type BudgetUnit, ClientUsage, wholeCharge } from "./client-usage.ts";
import { secondsToNextMinute, TokenWindow } from "./token-window.ts";

/** The answer to an estimate. All but `admitted` change nothing. */
export type Reserved =
  | { readonly kind: "admitted"; readonly reservation: Reservation }
  /** By tokens per minute. */
  | { readonly kind: "rate_limited"; readonly retryAfterSeconds: number }
  /** `retryAfterSeconds` is `undefined` for `total`, which never resets. */
  | {
      readonly kind: "budget_exceeded";
      readonly retryAfterSeconds: number | undefined;
      readonly per: BudgetPeriod;
      readonly unit: BudgetUnit;
    }
  /** The estimate is larger than the whole limit. */
  | { readonly kind: "too_large"; readonly per: BudgetPeriod | "minute"; readonly unit: BudgetUnit };

/** The warning of a budget that is nearly used up. */
export interface BudgetWarning {
  readonly client: string;
  readonly per: BudgetPeriod;
  readonly unit: BudgetUnit;
  readonly percent: WarnedPercent;
}

/** A limit of a budget as metrics, summary and dashboard show it. Amounts are tokens, or ticks of `TICKS_PER_USD`. */
export interface ShownBudget {
  readonly client: string;
  readonly per: BudgetPeriod;
  readonly unit: BudgetUnit;
  /** Settled in the period. It can be more than `max`. */
  readonly used: number;
  readonly reserved: number;
  readonly max: number;
  /** When the period ends, ms since the epoch; `undefined`: never. */
  readonly endsAtMs: number | undefined;
}

/** What a client had used before the process began. */
export interface RestoredUsage {
  /** All of it, also that of days that are not given. */
  readonly total: Charge;
  /** By UTC date, such as `2026-11-27`: the day on which an exchange began. */
  readonly days: ReadonlyMap<string, Charge>;
}

interface ClientState {
  readonly usage: ClientUsage;
  readonly window: TokenWindow;
  readonly warnings: BudgetWarnings;
  /** Those of the plan that was used last. */
  limits: ClientBudgets | undefined;
}

/**
 * The usage of all clients. It is kept over reloads: limits come with each call. Clients are named as in the ledger: by their id,
 * or by the label of their token. Memory is bounded by the number of clients.
 */
export class Budgets {
  readonly #clients = new Map<string, ClientState>();
  readonly #onPassed: (warning: BudgetWarning) => void;

  /** @param parts `onPassed` is called once a period for each of 80, 90 and 100 % */
  constructor({ onPassed }: { readonly onPassed: (warning: BudgetWarning) => void }) {
    this.#onPassed = onPassed;
  }

  /**
   * Takes over what was used before the process began. To be called once, before the first request. It gives no warnings.
   * @param usage by client
   * @param given what `warningsGiven` returned then
   */
  restore(usage: ReadonlyMap<string, RestoredUsage>, given: ReadonlyMap<string, number>): void {
    for (const [client, { total, days }] of usage) {
      const known: [number, Charge][] = [];
      for (const [date, charge] of days) {
        const day = dayOfDate(date);
        if (day !== undefined) known.push([day, wholeCharge(charge)]);
      }
      this.#stateOf(client).usage.restore(wholeCharge(total), known);
    }
    for (const [name, percent] of given) {
      const read = readWarningName(name);
      if (read !== undefined) this.#stateOf(read.client).warnings.restore({ ...read.budget, percent });
    }
  }

  /**
   * Reserves an estimate in all budgets of a client and in its tokens per minute, or in none of them.
   * @param now ms since the epoch: decides the periods that the reservation belongs to, also when it is settled later
   */
  reserve(client: string, limits: ClientBudgets, estimate: Charge, now: number): Reserved {
    const state = this.#stateOf(client);
    state.limits = limits;
    const whole = wholeCharge(estimate);
    const refusal =
      tooLarge(limits, whole) ?? exceeded(limits, whole, state, now) ?? limited(limits, whole, state, now);
    return refusal ?? { kind: "admitted", reservation: this.#reservation(client, state, whole, now) };
  }

  /** Reserves an estimate that was admitted elsewhere, whatever the limits say. */
  reserveAdmitted(client: string, limits: ClientBudgets, estimate: Charge, now: number): Reservation {
    const state = this.#stateOf(client);
    state.limits = limits;
    return this.#reservation(client, state, wholeCharge(estimate), now);
  }

  /**
   * Counts what a client used without a reservation, for a budget that is added later, too.
   * @param limits those of the client; `undefined` where it has none
   * @param at when the exchange began, ms since the epoch
   */
  charge(client: string, limits: ClientBudgets | undefined, charge: Charge, at: number): void {
    const state = this.#stateOf(client);
    state.limits = limits;
    const whole = wholeCharge(charge);
    state.usage.charge(dayOf(at), whole);
    state.window.charge(at, whole.tokens);
    this.#warn(client, state, dayOf(at));
  }

  /** The state of budgets in their current periods. @param now ms since the epoch @param limits those of each client */
  shown(now: number, limits: Iterable<readonly [client: string, limits: ClientBudgets]>): ShownBudget[] {
    const shown: ShownBudget[] = [];
    for (const [client, own] of limits) {
      const usage = this.#clients.get(client)?.usage;
      for (const { per, unit, max } of boundsOf(own)) {
        const period = periodOf(per, dayOf(now));
        const { settled, reserved } = usage?.usedIn(period, unit) ?? { settled: 0, reserved: 0 };
        const endsAtMs = period.endDay === undefined ? undefined : startOfDay(period.endDay);
        shown.push({ client, per, unit, used: settled, reserved, max, endsAtMs });
      }
    }
    return shown;
  }

  /** The highest percent that was warned of for each budget, for the checkpoint: a restart must repeat no warning. */
  warningsGiven(): ReadonlyMap<string, number> {
    const given = new Map<string, number>();
    for (const [client, { warnings }] of this.#clients) {
      for (const each of warnings.given) given.set(warningName(client, each), each.percent);
    }
    return given;
  }

  #stateOf(client: string): ClientState {
    let state = this.#clients.get(client);
    if (state === undefined) {
      const parts = { usage: new ClientUsage(), window: new TokenWindow(), warnings: new BudgetWarnings() };
      state = { ...parts, limits: undefined };
      this.#clients.set(client, state);
    }
    return state;
  }

  #reservation(client: string, state: ClientState, estimate: Charge, now: number): Reservation {
    const day = dayOf(now);
    const settleUsage = state.usage.reserve(day, estimate);
    const settleWindow = state.window.reserve(now, estimate.tokens);
    let settled = false;
    return {
      estimate,
      at: now,
      settle: (charge) => {
        if (settled) return;
        settled = true;
        const whole = wholeCharge(charge);
        settleUsage(whole);
        settleWindow(whole.tokens);
        this.#warn(client, state, day);
      },
    };
  }

  #warn(client: string, { usage, warnings, limits }: ClientState, day: number): void {
    if (limits === undefined) return;
    for (const { per, unit, max } of boundsOf(limits)) {
      const period = periodOf(per, day);
      const { firstDay } = period;
      const { settled } = usage.usedIn(period, unit);
      for (const percent of warnings.passed({ per, unit, firstDay }, settled, max))
        this.#onPassed({ client, per, unit, percent });
    }
  }
}

/** One limit of a budget. */
export interface Bound {
  readonly per: BudgetPeriod;
  readonly unit: BudgetUnit;
  readonly max: number;
}

/** The limits of all budgets, in the order in which they are checked. */
export function boundsOf({ budgets }: ClientBudgets): Bound[] {
  const bounds: Bound[] = [];
  for (const { per, maxTicks, maxTokens } of budgets) {
    if (maxTicks !== undefined) bounds.push({ per, unit: "usd", max: maxTicks });
    if (maxTokens !== undefined) bounds.push({ per, unit: "tokens", max: maxTokens });
  }
  return bounds;
}

/** What must be left. An estimate of 0 needs something, too: otherwise a budget that is used up would never refuse it. */
function needOf(estimate: Charge, unit: BudgetUnit): number {
  return Math.max(1, amountOf(estimate, unit));
}

function tooLarge(limits: ClientBudgets, estimate: Charge): Reserved | undefined {
  for (const { per, unit, max } of boundsOf(limits))
    if (needOf(estimate, unit) > max) return { kind: "too_large", per, unit };
  const { tokensPerMinute } = limits;
  const isTooMany = tokensPerMinute !== undefined && needOf(estimate, "tokens") > tokensPerMinute;
  return isTooMany ? { kind: "too_large", per: "minute", unit: "tokens" } : undefined;
}

/** Of several budgets that refuse, the one that does so the longest is named. */
function exceeded(limits: ClientBudgets, estimate: Charge, { usage }: ClientState, now: number): Reserved | undefined {
  let longest: (Bound & { readonly endDay: number }) | undefined;
  for (const bound of boundsOf(limits)) {
    const period = periodOf(bound.per, dayOf(now));
    const { settled, reserved } = usage.usedIn(period, bound.unit);
    if (settled + reserved + needOf(estimate, bound.unit) <= bound.max) continue;
    const { endDay = Number.POSITIVE_INFINITY } = period;
    if (longest === undefined || endDay > longest.endDay) longest = { ...bound, endDay };
  }
  if (longest === undefined) return undefined;
  const { per, unit, endDay } = longest;
  const seconds = Math.max(1, Math.ceil((startOfDay(endDay) - now) / 1000));
  return { kind: "budget_exceeded", retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined, per, unit };
}

function limited(
  { tokensPerMinute }: ClientBudgets,
  estimate: Charge,
  { window }: ClientState,
  now: number,
): Reserved | undefined {
  if (tokensPerMinute === undefined) return undefined;
  if (window.used(now) + needOf(estimate, "tokens") <= tokensPerMinute) return undefined;
  return { kind: "rate_limited", retryAfterSeconds: secondsToNextMinute(now) };
}
