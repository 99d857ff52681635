// Some gateways that share counts, and a model beside them: each call goes to Redis and to the model, and the answers must agree.

import { expect } from "vitest";
import type { Charge } from "../../src/plan/usage.ts";
import { KeyNames } from "../../src/runtime/limits/redis/keys.ts";
import { RedisCounts } from "../../src/runtime/limits/redis/redis-counts.ts";
import type {
  AdmissionRequest,
  ChargeEffect,
  DayCharge,
  EndedExchange,
  HeldSlot,
} from "../../src/runtime/limits/shared/shared-counts.ts";
import { type Added, periodName } from "./charges.reference.ts";
import { ReferenceCounts } from "./counts.reference.ts";
import { addTo, type GatewayProcess, type LateCall, pick, take } from "./processes.ts";
import type { ScriptRunner } from "./redis-clock.ts";

const DAY = 86_400_000;
const PERS = ["day", "week", "month", "total"] as const;
const UNITS = ["tokens", "usd"] as const;

export class Gateways {
  readonly #runners: readonly ScriptRunner[];
  readonly #prefix: string;
  readonly model = new ReferenceCounts();
  #processes: GatewayProcess[] = [];
  #late: LateCall[] = [];
  /** Admissions whose answer was lost. */
  readonly #unknown: [GatewayProcess, AdmissionRequest][] = [];
  /** What the ledger of each gateway knows of its earlier runs: by ledger, subject and day. */
  readonly #ledgers = new Map<string, Map<string, Map<number, Charge>>>();
  #runs = 0;

  constructor(runners: readonly ScriptRunner[], prefix: string) {
    this.#runners = runners;
    this.#prefix = prefix;
    this.#processes = [
      this.#start("one", "run-0", "1"),
      this.#start("one", "run-0", "2"),
      this.#start("two", "run-0", "1"),
    ];
  }

  async setClock(ms: number): Promise<void> {
    this.model.now = ms;
    await this.#runners[0]?.setClock(ms);
  }

  async admit(which: number, request: AdmissionRequest, answerIsLost: boolean): Promise<void> {
    const process = this.#process(which);
    const answer = await process.counts.admit(request);
    expect(answer).toEqual(this.model.admit(request));
    if (answerIsLost) this.#unknown.push([process, request]);
    else if (answer.kind === "admitted") process.live.push({ request, at: answer.at });
  }

  /** The admission runs later, if at all. */
  admitLate(which: number, request: AdmissionRequest): void {
    const process = this.#process(which);
    this.#unknown.push([process, request]);
    const call = async (): Promise<void> =>
      expect(await process.counts.admit(request)).toEqual(this.model.admit(request));
    this.#late.push({ ledger: process.writer.ledger, call, once: true });
  }

  async undo(which: number): Promise<void> {
    const unknown = pick(this.#unknown, which);
    if (unknown === undefined) return;
    const [{ counts }, request] = unknown;
    await counts.undo(request);
    this.model.undo(request);
  }

  /** An exchange ends. @param late it is told later */
  async end(which: number, used: Charge, late: boolean): Promise<void> {
    const process = this.#process(which);
    const exchange = take(process.live, which);
    if (exchange === undefined) return;
    const { request, at } = exchange;
    const { id, subject, downstreamMax, use, gate } = request;
    const charged = this.#charge(process, subject, Math.floor(at / DAY), used);
    const ended: EndedExchange = {
      id,
      subject,
      downstream: downstreamMax !== undefined,
      used: use === undefined ? undefined : used,
      charged,
    };
    const call = async (): Promise<void> => {
      const effect = await process.counts.end(ended);
      this.#expectSame(effect, this.model.end(ended, process.writer));
      if (gate === undefined) return;
      await process.counts.leave(gate.key, id);
      this.model.leave(gate.key, id);
    };
    if (late) this.#late.push({ ledger: process.writer.ledger, call, once: false });
    else await call();
  }

  /** Something is charged without a reservation. It is written later. */
  charge(which: number, subject: string, used: Charge): void {
    this.#charge(this.#process(which), subject, Math.floor(this.model.now / DAY), used);
  }

  async publish(which: number, subject: string, late: boolean): Promise<void> {
    const { counts, writer, charged } = this.#process(which);
    const days: DayCharge[] = [...(charged.get(subject) ?? [])].map(([day, charge]) => ({ day, ...charge }));
    const call = async (): Promise<void> => {
      const effects = await counts.publish(subject, days);
      expect(effects.length).toBe(days.length);
      for (const [i, day] of days.entries()) this.#expectSame(effects[i], this.model.publish(subject, day, writer));
    };
    if (late) this.#late.push({ ledger: writer.ledger, call, once: false });
    else await call();
  }

  async deliver(which: number, again: boolean): Promise<void> {
    const late = pick(this.#late, which);
    if (late === undefined) return;
    if (late.once || !again) this.#late.splice(this.#late.indexOf(late), 1);
    await late.call();
  }

  async enter(which: number, gate: { readonly key: string; readonly max: number }, id: string): Promise<void> {
    expect(await this.#process(which).counts.enter(gate, id)).toBe(this.model.enter(gate, id));
  }

  async renew(which: number): Promise<void> {
    const { counts, live } = this.#process(which);
    const sets = new Map<string, { readonly set: Parameters<RedisCounts["renew"]>[0]; readonly slots: HeldSlot[] }>();
    for (const { request, at } of live) {
      const { id, subject, use, subjectMax, downstreamMax, gate } = request;
      const add = (set: Parameters<RedisCounts["renew"]>[0], reserved?: DayCharge): void => {
        const key = JSON.stringify(set);
        const known = sets.get(key) ?? { set, slots: [] };
        known.slots.push({ id, reserved });
        sets.set(key, known);
      };
      const reserved = use === undefined ? undefined : { ...use.estimate, day: Math.floor(at / DAY) };
      if (use !== undefined || subjectMax !== undefined) add({ kind: "subject", subject }, reserved);
      if (downstreamMax !== undefined) add({ kind: "downstream" });
      if (gate !== undefined) add({ kind: "gate", key: gate.key });
    }
    for (const { set, slots } of sets.values()) {
      await counts.renew(set, slots);
      this.model.renew(set, slots);
    }
  }

  /** Redis is emptied. */
  async empty(): Promise<void> {
    await this.#runners[0]?.redis.flushall();
    await this.setClock(this.model.now);
    this.model.forget();
  }

  /** All processes write again all that they know. */
  async writeAll(subjects: readonly string[], restoreFirst: boolean): Promise<void> {
    for (const which of this.#processes.keys()) {
      for (const subject of subjects) {
        if (restoreFirst) await this.#restore(which, subject);
        await this.publish(which, subject, false);
        if (!restoreFirst) await this.#restore(which, subject);
      }
      await this.renew(which);
    }
  }

  /** All processes of a gateway die, and others take over from its ledger. */
  async restart(which: number, subjects: readonly string[]): Promise<void> {
    const { ledger } = this.#process(which).writer;
    const known = this.#ledgers.get(ledger) ?? new Map<string, Map<number, Charge>>();
    this.#ledgers.set(ledger, known);
    this.#late = this.#late.filter((late) => late.ledger !== ledger);
    const run = `run-${++this.#runs}`;
    for (const [i, { writer, charged }] of this.#processes.entries()) {
      if (writer.ledger !== ledger) continue;
      for (const [subject, days] of charged) for (const [day, charge] of days) addTo(known, subject, day, charge);
      this.#processes[i] = this.#start(ledger, run, writer.process);
    }
    for (const subject of subjects)
      await this.#restore(
        this.#processes.findIndex((p) => p.writer.ledger === ledger),
        subject,
      );
  }

  async expectSameUsage(subject: string): Promise<void> {
    const usage = await this.#process(0).counts.used(subject);
    expect(usage.at).toBe(this.model.now);
    this.model.prune(`subject ${subject}`);
    for (const per of PERS) {
      for (const unit of UNITS) {
        const settled = this.model.settled(subject, per, unit);
        expect([per, unit, usage.of(per, unit)]).toEqual([
          per,
          unit,
          { settled, reserved: this.model.reserved(subject, per, unit) },
        ]);
      }
    }
  }

  /** Rates and slots, as Redis keeps them, are those of the model. */
  async expectSameCounts(subject: string): Promise<void> {
    const redis = this.#runners[0]?.redis;
    const names = new KeyNames(this.#prefix);
    const { minute, slots } = names.of(subject);
    const counted = await redis?.hmget(minute, "n", "t");
    expect(counted?.map(Number)).toEqual(this.model.inMinute(subject));
    const sets = [
      [slots, { kind: "subject", subject }],
      [names.downstream, { kind: "downstream" }],
      [names.gate("chat\nabc"), { kind: "gate", key: "chat\nabc" }],
    ] as const;
    for (const [key, set] of sets) {
      const taken = await redis?.zcount(key, `(${this.model.now}`, "+inf");
      expect([set.kind, taken]).toEqual([set.kind, this.model.inFlight(set)]);
    }
  }

  /** What was charged by all processes, dead or alive, is what Redis says. To be called after `writeAll`. */
  async expectNothingLost(subject: string): Promise<void> {
    const usage = await this.#process(0).counts.used(subject);
    const all = [...this.#ledgers.values(), ...this.#processes.map(({ charged }) => charged)];
    const days = all.flatMap((bySubject) => [...(bySubject.get(subject) ?? [])]);
    const today = Math.floor(this.model.now / DAY);
    for (const per of PERS) {
      if (per === "total" && days.some(([day]) => day < today - 64)) continue;
      const charges = days
        .filter(([day]) => periodName(per, day) === periodName(per, today))
        .map(([, charge]) => charge);
      expect([per, usage.of(per, "tokens").settled, usage.of(per, "usd").settled]).toEqual([
        per,
        charges.reduce((sum, { tokens }) => sum + tokens, 0),
        charges.reduce((sum, { ticks }) => sum + ticks, 0),
      ]);
    }
  }

  #start(ledger: string, run: string, process: string): GatewayProcess {
    const writer = { ledger, run, process };
    const runner = this.#runners[ledger === "one" ? 0 : this.#runners.length - 1];
    if (runner === undefined) throw new Error("no connection");
    const counts = new RedisCounts({ run: runner.run, keyPrefix: this.#prefix, owner: writer });
    return { writer, counts, live: [], charged: new Map() };
  }

  #process(which: number): GatewayProcess {
    const process = pick(this.#processes, which);
    if (process === undefined) throw new Error("no process");
    return process;
  }

  #charge(process: GatewayProcess, subject: string, day: number, used: Charge): DayCharge {
    return { day, ...addTo(process.charged, subject, day, used) };
  }

  async #restore(which: number, subject: string): Promise<void> {
    const { counts, writer } = this.#process(which);
    const days = [...(this.#ledgers.get(writer.ledger)?.get(subject) ?? [])].map(([day, charge]) => ({
      day,
      ...charge,
    }));
    const total = days.reduce((sum, { tokens, ticks }) => ({ tokens: sum.tokens + tokens, ticks: sum.ticks + ticks }), {
      tokens: 0,
      ticks: 0,
    });
    await counts.restore(subject, { total, days });
    this.model.restore(subject, { total, days }, writer);
  }

  /** Of a day that is long over, Redis knows no sums any more. */
  #expectSame(effect: ChargeEffect | undefined, added: Added | undefined): void {
    expect(effect?.added).toEqual(added?.added);
    if (effect === undefined || effect.day < Math.floor(this.model.now / DAY) - 7) return;
    for (const per of PERS)
      for (const unit of UNITS)
        expect([per, unit, effect.used(per, unit)]).toEqual([per, unit, added?.used(per, unit)]);
  }
}
