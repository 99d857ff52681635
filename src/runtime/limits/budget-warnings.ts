// Decides when to warn that a budget is nearly used up: at 80, 90 and 100 %, once a period each (contract, section 13).

import type { BudgetPeriod } from "../../plan/usage.ts";
import type { BudgetUnit } from "./client-usage.ts";

export const WARNED_PERCENTS = [80, 90, 100] as const;

export type WarnedPercent = (typeof WARNED_PERCENTS)[number];

/** A budget in one of its periods. */
export interface BudgetInPeriod {
  readonly per: BudgetPeriod;
  readonly unit: BudgetUnit;
  /** The first day of the period, counted from 1970-01-01; 0 for `total`. */
  readonly firstDay: number;
}

/** The last warning that was given of a budget. */
export interface GivenWarning extends BudgetInPeriod {
  readonly percent: number;
}

/**
 * The warnings of one client. A warning of each percent is given once a period, whatever happens to the limit meanwhile: if the limit
 * is raised and a percent is passed again, the next warning is that of the next percent.
 */
export class BudgetWarnings {
  readonly #given = new Map<string, GivenWarning>();

  /** The last warning of each of the client's budgets. */
  get given(): Iterable<GivenWarning> {
    return this.#given.values();
  }

  /** Takes over a warning that was given before the process began. */
  restore(warning: GivenWarning): void {
    this.#given.set(keyOf(warning), warning);
  }

  /**
   * The percents to warn of now, lowest first. They count as given from now on.
   * @param settled what was used in the period
   * @param max the limit, in the same unit
   */
  passed(budget: BudgetInPeriod, settled: number, max: number): WarnedPercent[] {
    const share = settled / max;
    if (!(share >= 0.8)) return [];
    const key = keyOf(budget);
    const last = this.#given.get(key);
    // An exchange that began in a period that is over changes only that one, of which nobody has to be warned any more.
    if (last !== undefined && last.firstDay > budget.firstDay) return [];
    const before = last !== undefined && last.firstDay === budget.firstDay ? last.percent : 0;
    const passed = WARNED_PERCENTS.filter((percent) => percent > before && share >= percent / 100);
    const highest = passed.at(-1);
    if (highest !== undefined) this.#given.set(key, { ...budget, percent: highest });
    return passed;
  }
}

function keyOf({ per, unit }: BudgetInPeriod): string {
  return `${per} ${unit}`;
}

/** The client stands last, since its name may have any characters. */
const WARNING_NAME = /^(day|week|month|total) (usd|tokens) (-?\d{1,9}) (.*)$/s;

/** The name under which the checkpoint keeps the percent of a warning that was given. */
export function warningName(client: string, { per, unit, firstDay }: BudgetInPeriod): string {
  return `${per} ${unit} ${firstDay} ${client}`;
}

/** Reads such a name; `undefined` for a text that is none. */
export function readWarningName(
  name: string,
): { readonly client: string; readonly budget: BudgetInPeriod } | undefined {
  const [, per, unit, firstDay, client] = WARNING_NAME.exec(name) ?? [];
  if (client === undefined) return undefined;
  return { client, budget: { per: per as BudgetPeriod, unit: unit as BudgetUnit, firstDay: Number(firstDay) } };
}
