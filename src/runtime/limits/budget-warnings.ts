// Decides when it is told that a budget is nearly used up: at 80, 90 and 100 %, once a period each (contract, section 13).

import type { BudgetPeriod } from "../../plan/usage.ts";
import type { BudgetUnit } from "./client-books.ts";

const PERCENTS = [80, 90, 100] as const;

export type WarnedPercent = (typeof PERCENTS)[number];

/** A budget in one of its periods. */
export interface BudgetInPeriod {
  readonly per: BudgetPeriod;
  readonly unit: BudgetUnit;
  /** The first day of the period, counted from 1970-01-01; 0 for `total`. */
  readonly firstDay: number;
}

/** What was told last of a budget. */
export interface ToldPercent extends BudgetInPeriod {
  readonly percent: number;
}

/**
 * What was told of one client. Each percent is told once a period, whatever happens to the limit meanwhile: one that is raised
 * and passed again is told only from the next percent on.
 */
export class BudgetWarnings {
  readonly #told = new Map<string, ToldPercent>();

  /** What was told last of each of the client's budgets. */
  get told(): Iterable<ToldPercent> {
    return this.#told.values();
  }

  /** Takes over what was told before the process began. */
  restore(told: ToldPercent): void {
    this.#told.set(keyOf(told), told);
  }

  /**
   * The percents that are to be told now, lowest first. They count as told from now on.
   * @param settled what was used in the period
   * @param max the limit, in the same unit
   */
  passed(budget: BudgetInPeriod, settled: number, max: number): WarnedPercent[] {
    const share = settled / max;
    if (!(share >= 0.8)) return [];
    const key = keyOf(budget);
    const last = this.#told.get(key);
    // An exchange that began in a period that is over changes only that one, of which nobody has to be warned any more.
    if (last !== undefined && last.firstDay > budget.firstDay) return [];
    const before = last !== undefined && last.firstDay === budget.firstDay ? last.percent : 0;
    const passed = PERCENTS.filter((percent) => percent > before && share >= percent / 100);
    const highest = passed.at(-1);
    if (highest !== undefined) this.#told.set(key, { ...budget, percent: highest });
    return passed;
  }
}

function keyOf({ per, unit }: BudgetInPeriod): string {
  return `${per} ${unit}`;
}

/** The client stands last, since its name may have any characters. */
const TOLD_NAME = /^(day|week|month|total) (usd|tokens) (-?\d{1,9}) (.*)$/s;

/** The name under which the checkpoint keeps a percent that was told. */
export function toldName(client: string, { per, unit, firstDay }: BudgetInPeriod): string {
  return `${per} ${unit} ${firstDay} ${client}`;
}

/** Reads such a name; `undefined` for a text that is none. */
export function readToldName(name: string): { readonly client: string; readonly budget: BudgetInPeriod } | undefined {
  const [, per, unit, firstDay, client] = TOLD_NAME.exec(name) ?? [];
  if (client === undefined) return undefined;
  return { client, budget: { per: per as BudgetPeriod, unit: unit as BudgetUnit, firstDay: Number(firstDay) } };
}
