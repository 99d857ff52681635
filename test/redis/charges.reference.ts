// A plain model of shared charges: it keeps what each process has written for each day, and adds all of it up for each question.

import type { BudgetPeriod, Charge } from "../../src/plan/usage.ts";
import type { DayCharge, EarlierCharges } from "../../src/runtime/limits/shared/shared-counts.ts";

/** Older days are not taken. */
const WRITTEN_DAYS = 64;

export interface Writer {
  readonly ledger: string;
  readonly run: string;
  readonly process: string;
}

/** What a write added, and what is used then. */
export interface Added {
  readonly added: Charge;
  used(per: BudgetPeriod, unit: "tokens" | "usd"): number;
}

interface Written extends Writer {
  readonly subject: string;
  /** `undefined`: restored, but of a day that is not known. It counts only in the total. */
  readonly day: number | undefined;
  /** A restored day is in the restored total, too: it counts there, not here. */
  readonly inTotal: boolean;
  tokens: number;
  ticks: number;
}

export class ReferenceCharges {
  readonly #written: Written[] = [];

  write(subject: string, { day, tokens, ticks }: DayCharge, writer: Writer, today: number): Added {
    const same = (each: Written): boolean =>
      each.subject === subject &&
      each.day === day &&
      each.ledger === writer.ledger &&
      each.run === writer.run &&
      each.process === writer.process;
    const known = this.#written.find(same) ?? { ...writer, subject, day, inTotal: true, tokens: 0, ticks: 0 };
    const added = { tokens: Math.max(0, tokens - known.tokens), ticks: Math.max(0, ticks - known.ticks) };
    if (day < today - WRITTEN_DAYS) return { added: { tokens: 0, ticks: 0 }, used: this.#usedBy(subject, day) };
    if (!this.#written.includes(known)) this.#written.push(known);
    known.tokens += added.tokens;
    known.ticks += added.ticks;
    return { added, used: this.#usedBy(subject, day) };
  }

  restore(subject: string, { total, days }: EarlierCharges, { ledger, run }: Writer, today: number): void {
    const others = this.#written.filter(
      (each) => each.subject === subject && each.ledger === ledger && each.run !== run,
    );
    const restored = { ledger, run: "restored", process: "", subject };
    for (const { day, ...told } of days) {
      if (day < today - WRITTEN_DAYS) continue;
      const missing = lacking(
        told,
        others.filter((each) => each.day === day),
      );
      this.#written.push({ ...restored, day, inTotal: false, ...missing });
    }
    const missing = lacking(
      total,
      others.filter(({ inTotal }) => inTotal),
    );
    this.#written.push({ ...restored, day: undefined, inTotal: true, ...missing });
  }

  used(subject: string, per: BudgetPeriod, unit: "tokens" | "usd", day: number): number {
    return this.#written
      .filter((each) => each.subject === subject)
      .filter((each) =>
        per === "total" ? each.inTotal : each.day !== undefined && periodName(per, each.day) === periodName(per, day),
      )
      .reduce((sum, each) => sum + (unit === "tokens" ? each.tokens : each.ticks), 0);
  }

  #usedBy(subject: string, day: number): Added["used"] {
    const all = new Map<string, number>();
    for (const per of ["day", "week", "month", "total"] as const)
      for (const unit of ["tokens", "usd"] as const) all.set(`${per} ${unit}`, this.used(subject, per, unit, day));
    return (per, unit) => all.get(`${per} ${unit}`) ?? 0;
  }
}

/** What is missing of what was told. */
function lacking(told: Charge, known: readonly Charge[]): Charge {
  const sum = (amount: (charge: Charge) => number): number => known.reduce((all, each) => all + amount(each), 0);
  return {
    tokens: Math.max(0, told.tokens - sum(({ tokens }) => tokens)),
    ticks: Math.max(0, told.ticks - sum(({ ticks }) => ticks)),
  };
}

const names = new Map<string, string>();

/** The date on which the period of a day begins, as a text; found by walking back day by day. */
export function periodName(per: BudgetPeriod, day: number): string {
  if (per === "total") return "";
  const known = names.get(`${per} ${day}`);
  if (known !== undefined) return known;
  for (let each = day; ; each--) {
    const date = new Date(each * 86_400_000);
    const begins = per === "day" || (per === "week" ? date.getUTCDay() === 1 : date.getUTCDate() === 1);
    if (!begins) continue;
    const name = date.toISOString().slice(0, 10);
    names.set(`${per} ${day}`, name);
    return name;
  }
}
