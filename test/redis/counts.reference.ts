// A plain model of the shared counts: it keeps every admission, lease and charge in lists, and adds them up for each question.

import type { BudgetPeriod, Charge } from "../../src/plan/usage.ts";
import type {
  AdmissionAnswer,
  AdmissionRequest,
  DayCharge,
  EarlierCharges,
  EndedExchange,
  HeldSlot,
  SlotSet,
} from "../../src/runtime/limits/shared/shared-counts.ts";
import { type Added, periodName, ReferenceCharges, type Writer } from "./charges.reference.ts";

export const LEASE = 30_000;
const MINUTE = 60_000;
const DAY = 86_400_000;

type Unit = "tokens" | "usd";

interface Counted {
  readonly id: string;
  readonly route: string | undefined;
  readonly subjectRate: boolean;
  tokens: number;
  /** It has not ended. */
  open: boolean;
}

/** What a subject has done in its present minute. */
interface Minute {
  readonly minute: number;
  readonly counted: Counted[];
}

interface Lease {
  readonly set: string;
  readonly id: string;
  ends: number;
  reserved: DayCharge | undefined;
}

export class ReferenceCounts {
  now = 0;
  #minutes = new Map<string, Minute>();
  #leases: Lease[] = [];
  /** Redis removes them after a minute of real time, which does not pass here. */
  #undone = new Set<string>();
  #charges = new ReferenceCharges();

  /** Redis was emptied. */
  forget(): void {
    this.#minutes = new Map();
    this.#leases = [];
    this.#undone = new Set();
    this.#charges = new ReferenceCharges();
  }

  admit(request: AdmissionRequest): AdmissionAnswer {
    const { id, subject, routeRate, ratePerMinute, use, downstreamMax, subjectMax, gate } = request;
    if (this.#undone.has(id)) return { kind: "undone" };
    const { minute, counted } = this.#minuteOf(subject);
    const retryAfterSeconds = Math.max(1, Math.min(60, Math.ceil(((minute + 1) * MINUTE - this.now) / 1000)));
    const ofRoute = counted.filter(({ route }) => route !== undefined && route === routeRate?.routeId).length;
    if (ofRoute >= (routeRate?.perMinute ?? Number.POSITIVE_INFINITY))
      return { kind: "rate_limited", by: "route", retryAfterSeconds };
    const ofSubject = counted.filter(({ subjectRate }) => subjectRate).length;
    if (ofSubject >= (ratePerMinute ?? Number.POSITIVE_INFINITY))
      return { kind: "rate_limited", by: "subject", retryAfterSeconds };
    if (subjectMax !== undefined || use !== undefined) this.prune(`subject ${subject}`);
    const inMinute = counted.reduce((sum, { tokens }) => sum + tokens, 0);
    const refusal =
      this.#tooLarge(request) ??
      this.#exceeded(request) ??
      (use !== undefined &&
      inMinute + Math.max(1, use.estimate.tokens) > (use.limits.tokensPerMinute ?? Number.POSITIVE_INFINITY)
        ? { kind: "rate_limited", by: "tokens", retryAfterSeconds }
        : undefined);
    if (refusal !== undefined) return refusal;
    if (this.#isFull("downstream", downstreamMax)) return { kind: "full", what: "downstream" };
    if (this.#isFull(`subject ${subject}`, subjectMax)) return { kind: "full", what: "subject" };
    if (gate !== undefined && this.#isFull(`gate ${gate.key}`, gate.max)) return { kind: "full", what: "gate" };

    if (routeRate !== undefined || ratePerMinute !== undefined || use !== undefined) {
      this.#minutes.set(subject, { minute, counted });
      const subjectRate = ratePerMinute !== undefined;
      counted.push({ id, route: routeRate?.routeId, subjectRate, tokens: use?.estimate.tokens ?? 0, open: true });
    }
    const reserved = use === undefined ? undefined : { ...use.estimate, day: Math.floor(this.now / DAY) };
    if (subjectMax !== undefined || use !== undefined) this.#take(`subject ${subject}`, id, reserved);
    if (downstreamMax !== undefined) this.#take("downstream", id);
    if (gate !== undefined) this.#take(`gate ${gate.key}`, id);
    return { kind: "admitted", at: this.now };
  }

  undo({ id, subject, downstreamMax, gate }: AdmissionRequest): void {
    const counted = this.#minutes.get(subject)?.counted ?? [];
    const sets = [
      `subject ${subject}`,
      ...(downstreamMax === undefined ? [] : ["downstream"]),
      ...(gate === undefined ? [] : [`gate ${gate.key}`]),
    ];
    const at = counted.findIndex((each) => each.id === id && each.open);
    if (at >= 0) counted.splice(at, 1);
    const ran = this.#live().some((lease) => lease.id === id && sets.includes(lease.set));
    this.#leases = this.#leases.filter((lease) => lease.id !== id || !sets.includes(lease.set));
    if (at < 0 && !ran) this.#undone.add(id);
  }

  enter(gate: { readonly key: string; readonly max: number }, id: string): boolean {
    const set = `gate ${gate.key}`;
    const has = this.#live().some((lease) => lease.set === set && lease.id === id);
    if (!has && this.#isFull(set, gate.max)) return false;
    this.#take(set, id);
    return true;
  }

  leave(key: string, id: string): void {
    this.#drop(`gate ${key}`, id);
  }

  end({ id, subject, downstream, used, charged }: EndedExchange, writer: Writer): Added | undefined {
    this.#drop(`subject ${subject}`, id);
    if (downstream) this.#drop("downstream", id);
    const counted = this.#minutes.get(subject)?.counted.find((each) => each.id === id && each.open);
    if (counted !== undefined && used !== undefined) counted.tokens = used.tokens;
    if (counted !== undefined) counted.open = false;
    return charged === undefined ? undefined : this.publish(subject, charged, writer);
  }

  publish(subject: string, charge: DayCharge, writer: Writer): Added {
    return this.#charges.write(subject, charge, writer, Math.floor(this.now / DAY));
  }

  restore(subject: string, earlier: EarlierCharges, writer: Writer): void {
    this.#charges.restore(subject, earlier, writer, Math.floor(this.now / DAY));
  }

  renew(set: SlotSet, slots: readonly HeldSlot[]): void {
    for (const { id, reserved } of slots) {
      this.#take(nameOf(set), id, reserved);
    }
    this.prune(nameOf(set));
  }

  settled(subject: string, per: BudgetPeriod, unit: Unit, day = Math.floor(this.now / DAY)): number {
    return this.#charges.used(subject, per, unit, day);
  }

  reserved(subject: string, per: BudgetPeriod, unit: Unit): number {
    const period = periodName(per, Math.floor(this.now / DAY));
    let sum = 0;
    for (const { set, reserved } of this.#live()) {
      if (set !== `subject ${subject}` || reserved === undefined) continue;
      if (periodName(per, reserved.day) === period) sum += amount(reserved, unit);
    }
    return sum;
  }

  /** Removes leases that have ended. A clock that is set back does not bring them back. */
  prune(set: string): void {
    this.#leases = this.#leases.filter((lease) => lease.set !== set || lease.ends > this.now);
  }

  #isFull(set: string, max: number | undefined): boolean {
    const isFull = (): boolean => max !== undefined && this.#leases.filter((lease) => lease.set === set).length >= max;
    if (isFull()) this.prune(set);
    return isFull();
  }

  /** What is counted in the last minute of a subject: requests and tokens. */
  inMinute(subject: string): readonly [requests: number, tokens: number] {
    const counted = this.#minutes.get(subject)?.counted ?? [];
    return [
      counted.filter(({ subjectRate }) => subjectRate).length,
      counted.reduce((sum, { tokens }) => sum + tokens, 0),
    ];
  }

  inFlight(set: SlotSet): number {
    return this.#live().filter((lease) => lease.set === nameOf(set)).length;
  }

  #live(): Lease[] {
    return this.#leases.filter(({ ends }) => ends > this.now);
  }

  /** A reservation that is there already stays as it is. */
  #take(set: string, id: string, reserved?: DayCharge): void {
    const lease = this.#live().find((each) => each.set === set && each.id === id);
    this.#drop(set, id);
    this.#leases.push({ set, id, ends: this.now + LEASE, reserved: lease?.reserved ?? reserved });
  }

  #drop(set: string, id: string): void {
    this.#leases = this.#leases.filter((each) => each.set !== set || each.id !== id);
  }

  /** The minute that counts now. A clock that is set back by less than a minute goes on in the one that it was in. */
  #minuteOf(subject: string): Minute {
    const minute = Math.floor(this.now / MINUTE);
    const known = this.#minutes.get(subject);
    if (known !== undefined && (known.minute === minute || known.minute === minute + 1)) return known;
    return { minute, counted: [] };
  }

  #tooLarge({ use }: AdmissionRequest): AdmissionAnswer | undefined {
    if (use === undefined) return undefined;
    for (const { per, unit, max } of boundsOf(use.limits.budgets)) {
      if (Math.max(1, amount(use.estimate, unit)) > max) return { kind: "too_large", per, unit };
    }
    const most = use.limits.tokensPerMinute ?? Number.POSITIVE_INFINITY;
    return Math.max(1, use.estimate.tokens) > most ? { kind: "too_large", per: "minute", unit: "tokens" } : undefined;
  }

  #exceeded({ subject, use }: AdmissionRequest): AdmissionAnswer | undefined {
    if (use === undefined) return undefined;
    let longest: { per: BudgetPeriod; unit: Unit; ends: number } | undefined;
    for (const { per, unit, max } of boundsOf(use.limits.budgets)) {
      const taken = this.settled(subject, per, unit) + this.reserved(subject, per, unit);
      if (taken + Math.max(1, amount(use.estimate, unit)) <= max) continue;
      const ends = this.#endOf(per);
      if (longest === undefined || ends > longest.ends) longest = { per, unit, ends };
    }
    if (longest === undefined) return undefined;
    const seconds = Math.max(1, Math.ceil((longest.ends - this.now) / 1000));
    const retryAfterSeconds = Number.isFinite(seconds) ? seconds : undefined;
    return { kind: "budget_exceeded", retryAfterSeconds, per: longest.per, unit: longest.unit, at: this.now };
  }

  /** Found by walking on day by day. */
  #endOf(per: BudgetPeriod): number {
    if (per === "total") return Number.POSITIVE_INFINITY;
    const today = Math.floor(this.now / DAY);
    let day = today;
    while (periodName(per, day) === periodName(per, today)) day++;
    return day * DAY;
  }
}

function boundsOf(budgets: NonNullable<AdmissionRequest["use"]>["limits"]["budgets"]) {
  return budgets.flatMap(({ per, maxTicks, maxTokens }) => [
    ...(maxTicks === undefined ? [] : [{ per, unit: "usd" as Unit, max: maxTicks }]),
    ...(maxTokens === undefined ? [] : [{ per, unit: "tokens" as Unit, max: maxTokens }]),
  ]);
}

function nameOf(set: SlotSet): string {
  if (set.kind === "subject") return `subject ${set.subject}`;
  return set.kind === "gate" ? `gate ${set.key}` : "downstream";
}

function amount({ tokens, ticks }: Charge, unit: Unit): number {
  return unit === "tokens" ? tokens : ticks;
}
