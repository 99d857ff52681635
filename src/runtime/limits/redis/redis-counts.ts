// Keeps the counts that several gateways share in Redis. Each call runs one script, so it happens as a whole or not at all.

import { boundsOf } from "../budgets.ts";
import { wholeCharge } from "../client-usage.ts";
import type {
  AdmissionAnswer,
  AdmissionRequest,
  ChargeEffect,
  ChargeOwner,
  DayCharge,
  EarlierCharges,
  EndedExchange,
  HeldSlot,
  SharedCounts,
  SharedUsage,
  SlotSet,
} from "../shared/shared-counts.ts";
import { readAdmission, readEffect, readEffects, readUsage } from "./answers.ts";
import { KeyNames, shortHash } from "./keys.ts";
import type { RunScript } from "./redis-link.ts";
import { ADMIT } from "./scripts/admit.ts";
import { END } from "./scripts/end.ts";
import { MARK } from "./scripts/mark.ts";
import { PUBLISH } from "./scripts/publish.ts";
import { RESTORE } from "./scripts/restore.ts";
import { ENTER, LEAVE, RENEW, RENEW_SUBJECT } from "./scripts/slots.ts";
import { UNDO } from "./scripts/undo.ts";
import { USED } from "./scripts/used.ts";

/** How many slots are renewed in one call. Redis does nothing else meanwhile, so it must be short. */
const RENEWED_AT_ONCE = 500;

/** Names of owners are shortened: they are in many fields. */
const OWNER_DIGITS = 8;

export interface RedisCountsParts {
  readonly run: RunScript;
  readonly keyPrefix: string;
  readonly owner: ChargeOwner;
}

export class RedisCounts implements SharedCounts {
  readonly #run: RunScript;
  readonly #keys: KeyNames;
  readonly #ledger: string;
  readonly #ownRun: string;
  readonly #process: string;

  constructor({ run, keyPrefix, owner }: RedisCountsParts) {
    this.#run = run;
    this.#keys = new KeyNames(keyPrefix);
    this.#ledger = shortHash(owner.ledger, OWNER_DIGITS);
    this.#ownRun = shortHash(owner.run, OWNER_DIGITS);
    this.#process = shortHash(owner.process, OWNER_DIGITS);
  }

  async admit(request: AdmissionRequest): Promise<AdmissionAnswer> {
    const { id, subject, routeRate, ratePerMinute, use, downstreamMax, subjectMax, gate } = request;
    const { minute, slots, held, usage } = this.#keys.of(subject);
    const keys = [minute, slots, held, usage, this.#keys.undone(subject, id), ...this.#setsOf(request)];
    const bounds = use === undefined ? [] : boundsOf(use.limits);
    const args = [
      ...[id, routeRate?.routeId ?? "", routeRate?.perMinute ?? "", ratePerMinute ?? ""],
      ...[downstreamMax ?? "", subjectMax ?? "", gate?.max ?? ""],
    ];
    if (use !== undefined) {
      const { tokens, ticks } = wholeCharge(use.estimate);
      args.push(tokens, ticks, use.limits.tokensPerMinute ?? "");
      for (const { per, unit, max } of bounds) args.push(`${per[0]}${unit[0]}`, max);
    }
    return readAdmission(await this.#run(ADMIT, keys, args), bounds);
  }

  async undo(request: AdmissionRequest): Promise<void> {
    const { id, subject, routeRate, ratePerMinute, use } = request;
    const { minute, slots, held } = this.#keys.of(subject);
    const keys = [minute, slots, held, this.#keys.undone(subject, id), ...this.#setsOf(request)];
    const args = [id, routeRate?.routeId ?? "", ratePerMinute === undefined ? 0 : 1, use === undefined ? 0 : 1];
    await this.#run(UNDO, keys, args);
  }

  async enter(gate: { readonly key: string; readonly max: number }, id: string): Promise<boolean> {
    return (await this.#run(ENTER, [this.#keys.gate(gate.key)], [id, gate.max])) === 1;
  }

  async leave(gateKey: string, id: string): Promise<void> {
    await this.#run(LEAVE, [this.#keys.gate(gateKey)], [id]);
  }

  async end({ id, subject, downstream, used, charged }: EndedExchange): Promise<ChargeEffect | undefined> {
    const { minute, slots, held, usage } = this.#keys.of(subject);
    const keys = [minute, slots, held, usage, ...(downstream ? [this.#keys.downstream] : [])];
    const usedTokens = used === undefined ? "" : wholeCharge(used).tokens;
    if (charged === undefined) {
      await this.#run(END, keys, [id, usedTokens]);
      return undefined;
    }
    const args = [id, usedTokens, this.#writer, this.#process, ...argsOf(charged)];
    return readEffect(await this.#run(END, keys, args), charged.day);
  }

  async publish(subject: string, days: readonly DayCharge[], process?: string): Promise<readonly ChargeEffect[]> {
    if (days.length === 0) return [];
    const writer = process === undefined ? this.#process : shortHash(process, OWNER_DIGITS);
    const args = [this.#writer, writer, ...days.flatMap(argsOf)];
    return readEffects(await this.#run(PUBLISH, [this.#keys.of(subject).usage], args), days);
  }

  async renew(set: SlotSet, held: readonly HeldSlot[]): Promise<void> {
    for (let i = 0; i < held.length; i += RENEWED_AT_ONCE) await this.#renew(set, held.slice(i, i + RENEWED_AT_ONCE));
  }

  async restore(subject: string, { total, days }: EarlierCharges): Promise<void> {
    const { tokens, ticks } = wholeCharge(total);
    const args = [this.#ledger, this.#ownRun, tokens, ticks, ...days.flatMap(argsOf)];
    await this.#run(RESTORE, [this.#keys.of(subject).usage], args);
  }

  async used(subject: string): Promise<SharedUsage> {
    const { slots, held, usage } = this.#keys.of(subject);
    return readUsage(await this.#run(USED, [slots, held, usage], []));
  }

  async mark(): Promise<boolean> {
    return (await this.#run(MARK, [this.#keys.mark(`${this.#writer}.${this.#process}`)], [])) === 1;
  }

  get #writer(): string {
    return `${this.#ledger}.${this.#ownRun}`;
  }

  /** The sets beyond those of the subject that a request takes slots of. */
  #setsOf({ downstreamMax, gate }: AdmissionRequest): string[] {
    return [
      ...(downstreamMax === undefined ? [] : [this.#keys.downstream]),
      ...(gate === undefined ? [] : [this.#keys.gate(gate.key)]),
    ];
  }

  async #renew(set: SlotSet, held: readonly HeldSlot[]): Promise<void> {
    if (set.kind === "subject") {
      const keys = this.#keys.of(set.subject);
      const args = held.flatMap(({ id, reserved }) => [
        id,
        ...(reserved === undefined ? ["", "", ""] : argsOf(reserved)),
      ]);
      await this.#run(RENEW_SUBJECT, [keys.slots, keys.held], args);
      return;
    }
    const key = set.kind === "gate" ? this.#keys.gate(set.key) : this.#keys.downstream;
    await this.#run(
      RENEW,
      [key],
      held.map(({ id }) => id),
    );
  }
}

function argsOf(charge: DayCharge): [day: number, tokens: number, ticks: number] {
  const { tokens, ticks } = wholeCharge(charge);
  return [charge.day, tokens, ticks];
}
