// A plain model of budgets: it keeps each reservation for ever, and adds all of them up for each question.

import type { BudgetPeriod, Charge, ClientBudgets } from "../../src/plan/usage.ts";

interface Entry {
  readonly client: string;
  readonly at: number;
  readonly estimate: Charge;
  /** `undefined` while it is not settled. */
  charge: Charge | undefined;
  /** Made by a process that is gone: its minute is forgotten. */
  old: boolean;
}

type Field = keyof Charge;

export type Answer = "admitted" | "rate_limited" | "budget_exceeded" | "too_large";

/** The date on which the period of a moment begins, as a text; found by walking back day by day. */
function periodName(per: BudgetPeriod, at: number): string {
  if (per === "total") return "";
  for (let time = at; ; time -= 86_400_000) {
    const date = new Date(time);
    const begins = per === "day" || (per === "week" ? date.getUTCDay() === 1 : date.getUTCDate() === 1);
    if (begins) return date.toISOString().slice(0, 10);
  }
}

export class ReferenceBudgets {
  #entries: Entry[] = [];

  reserve(client: string, limits: ClientBudgets, estimate: Charge, now: number): [Answer, Entry | undefined] {
    const bounds = limits.budgets.flatMap(({ per, maxTicks, maxTokens }) => [
      { per, field: "ticks" as Field, max: maxTicks },
      { per, field: "tokens" as Field, max: maxTokens },
    ]);
    const need = (field: Field) => Math.max(1, estimate[field]);
    const minute = limits.tokensPerMinute ?? Number.POSITIVE_INFINITY;
    if (bounds.some(({ field, max = Number.POSITIVE_INFINITY }) => need(field) > max)) return ["too_large", undefined];
    if (need("tokens") > minute) return ["too_large", undefined];
    for (const { per, field, max = Number.POSITIVE_INFINITY } of bounds) {
      const sum = this.used(client, per, field, now) + this.reserved(client, per, field, now);
      if (sum + need(field) > max) return ["budget_exceeded", undefined];
    }
    const inMinute = this.#entries.filter(
      ({ client: other, at, old }) => !old && other === client && Math.floor(at / 60_000) === Math.floor(now / 60_000),
    );
    const taken = inMinute.reduce((sum, { estimate, charge }) => sum + (charge ?? estimate).tokens, 0);
    if (taken + need("tokens") > minute) return ["rate_limited", undefined];
    const entry: Entry = { client, at: now, estimate, charge: undefined, old: false };
    this.#entries.push(entry);
    return ["admitted", entry];
  }

  used(client: string, per: BudgetPeriod, field: Field, now: number): number {
    return this.#in(client, per, now).reduce((sum, { charge }) => sum + (charge?.[field] ?? 0), 0);
  }

  reserved(client: string, per: BudgetPeriod, field: Field, now: number): number {
    return this.#in(client, per, now).reduce(
      (sum, { charge, estimate }) => sum + (charge === undefined ? estimate[field] : 0),
      0,
    );
  }

  /** The process is killed and started again: what was not settled is lost, what was comes back from the ledger. */
  restart(): void {
    this.#entries = this.#entries.filter(({ charge }) => charge !== undefined);
    for (const entry of this.#entries) entry.old = true;
  }

  /** What the ledger holds of a client. */
  history(client: string): { total: Charge; days: Map<string, Charge> } {
    const days = new Map<string, Charge>();
    let total: Charge = { tokens: 0, ticks: 0 };
    for (const { client: other, at, charge } of this.#entries) {
      if (other !== client || charge === undefined) continue;
      const day = periodName("day", at);
      days.set(day, add(days.get(day) ?? { tokens: 0, ticks: 0 }, charge));
      total = add(total, charge);
    }
    return { total, days };
  }

  #in(client: string, per: BudgetPeriod, now: number): Entry[] {
    const period = periodName(per, now);
    return this.#entries.filter((entry) => entry.client === client && periodName(per, entry.at) === period);
  }
}

function add(a: Charge, b: Charge): Charge {
  return { tokens: a.tokens + b.tokens, ticks: a.ticks + b.ticks };
}
