// Decides when an upstream of a pool cools, which means that it gets no requests for a while, from how its attempts ended
// (contract, section 14, "Cooling").
//
// An upstream is well until it cools. When its cooling time is over, one attempt probes it, and the upstream counts as not well
// until that attempt has an answer. Each beginning of a cooling starts a new epoch: an attempt that began in an older one knows
// nothing of the present state, so its end changes nothing.
//
// All times are ms since the epoch of the wall clock, and handed in. All lengths are ms.

import type { CooldownSpec } from "../../plan/forward.ts";

/** An upstream that says how long to wait is believed up to this. */
const LONGEST_TOLD_MS = 3_600_000;

/** A ticket that is not in use. */
const ENDED = 0;
/** Its attempt went to an upstream that was well, or has had a good answer. */
const ORDINARY = 1;
/** Its attempt finds out whether the upstream is well again. */
const PROBE = 2;
/** Its attempt went to an upstream that was not well, because no other was. */
const FORCED = 3;

/** What an upstream's health knows of one attempt. It may be used for another attempt after its end. */
export class HealthTicket {
  /** Only the health that issued the ticket reads and writes these. */
  kind: typeof ENDED | typeof ORDINARY | typeof PROBE | typeof FORCED = ENDED;
  epoch = 0;
}

/** What others are shown of an upstream. `probing`: the cooling time is over, and no attempt has had an answer since. */
export type HealthState =
  | { readonly state: "well" }
  | { readonly state: "cooling" | "probing"; readonly reason: string; readonly until: number };

/**
 * The health of one upstream. It is kept over reloads.
 *
 * Each attempt begins with `begin`, and ends with exactly one of `succeeded`, `failed`, `cool`, `coolLongest` and `abandoned`.
 * A second end of the same attempt changes nothing.
 */
export class UpstreamHealth {
  #cooldown: CooldownSpec;
  #inUse = 0;
  /** Failures in a row. A response head does not reset them, or streams that break would never be counted. */
  #failures = 0;
  /** When the cooling time ends; 0 while the upstream is well. */
  #until = 0;
  /** The length of the cooling time that ends at `#until`. */
  #lengthMs = 0;
  /** The length of the last cooling after failures; 0 after a success. The next one is twice as long. */
  #afterFailuresMs = 0;
  #reason = "";
  #epoch = 0;
  /** A probe is in flight. */
  #probing = false;

  constructor(cooldown: CooldownSpec) {
    this.#cooldown = cooldown;
  }

  /** A reload changes the settings. They apply from the next cooling on. */
  set cooldown(cooldown: CooldownSpec) {
    this.#cooldown = cooldown;
  }

  /** How many attempts are in flight. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Whether it may be asked: it is well, or its cooling time is over and the attempt would be the probe. */
  isWell(now: number): boolean {
    return this.#until === 0 || (!this.#probing && now >= this.#endOfCooling(now));
  }

  /** The time from which it may be asked: `now` also while a probe is in flight, since its answer can come at any time. */
  wellAt(now: number): number {
    return this.#until === 0 ? now : Math.max(now, this.#endOfCooling(now));
  }

  /** The state and its reason, to be shown. */
  state(now: number): HealthState {
    if (this.#until === 0) return { state: "well" };
    const until = this.#endOfCooling(now);
    return { state: now < until ? "cooling" : "probing", reason: this.#reason, until };
  }

  /** An attempt begins. If the cooling time is over and no probe is in flight, the attempt is the probe. */
  begin(ticket: HealthTicket, now: number): void {
    this.#inUse++;
    ticket.epoch = this.#epoch;
    if (this.#until === 0) {
      ticket.kind = ORDINARY;
    } else if (this.isWell(now)) {
      this.#probing = true;
      ticket.kind = PROBE;
    } else {
      ticket.kind = FORCED;
    }
  }

  /** A response head came, and it is no failure. The attempt goes on. Returns whether the upstream is well again by that. */
  answered(ticket: HealthTicket): boolean {
    if (ticket.epoch !== this.#epoch || ticket.kind === ENDED || ticket.kind === ORDINARY) return false;
    ticket.kind = ORDINARY;
    this.#until = 0;
    this.#probing = false;
    return true;
  }

  /** The attempt ended with a whole response. */
  succeeded(ticket: HealthTicket): void {
    this.answered(ticket);
    const { kind, epoch } = ticket;
    this.#end(ticket);
    if (epoch !== this.#epoch || kind === ENDED) return;
    this.#failures = 0;
    this.#afterFailuresMs = 0;
  }

  /** The attempt failed. @param reason a short word */
  failed(ticket: HealthTicket, now: number, reason: string): void {
    const { kind, epoch } = ticket;
    this.#end(ticket);
    if (epoch !== this.#epoch) return;
    if (kind === PROBE && this.#probing) this.#coolAfterFailures(now, 2 * this.#lengthMs, reason);
    else if (kind === ORDINARY && ++this.#failures >= this.#cooldown.afterFailures)
      this.#coolAfterFailures(now, 2 * this.#afterFailuresMs, reason);
  }

  /**
   * The upstream refused, and said how long to wait. A cooling that lasts longer is not shortened.
   * @param ms at most an hour counts. Without a time to wait (0 or less) the attempt is a failure like others
   * @param reason a short word
   */
  cool(ticket: HealthTicket, now: number, ms: number, reason: string): void {
    if (ms > 0) this.#coolBy(ticket, now, Math.min(ms, LONGEST_TOLD_MS), reason);
    else this.failed(ticket, now, reason);
  }

  /** The upstream refused for a reason that does not pass soon, such as a spent quota: it cools for the longest time. */
  coolLongest(ticket: HealthTicket, now: number, reason: string): void {
    this.#coolBy(ticket, now, this.#cooldown.maxMs, reason);
  }

  /**
   * A response head came that is no failure, and it says that the upstream will refuse for a while. The attempt goes on, and
   * how it ends still counts.
   * @param ms at most an hour counts; with 0 or less this is the same as `answered`
   * @param reason a short word
   */
  answeredWithPause(ticket: HealthTicket, now: number, ms: number, reason: string): void {
    this.answered(ticket);
    if (ticket.kind === ENDED || !(ms > 0)) return;
    const counts = ticket.epoch === this.#epoch;
    this.#coolUntil(now, Math.min(ms, LONGEST_TOLD_MS), reason, this.#until === 0);
    if (counts) ticket.epoch = this.#epoch;
  }

  /**
   * The attempt was given up, which tells nothing. After a probe that was given up, the upstream cools once more for as long as
   * before: so clients that leave can't make it see more than one probe in a cooling time.
   */
  abandoned(ticket: HealthTicket, now: number): void {
    if (this.#endProbe(ticket)) this.#coolUntil(now, this.#lengthMs, this.#reason, false);
    this.#end(ticket);
  }

  #end(ticket: HealthTicket): void {
    if (ticket.kind === ENDED) return;
    ticket.kind = ENDED;
    this.#inUse--;
  }

  /** Ends the probe, if that is what the ticket stands for. */
  #endProbe(ticket: HealthTicket): boolean {
    if (ticket.kind !== PROBE || ticket.epoch !== this.#epoch || !this.#probing) return false;
    this.#probing = false;
    return true;
  }

  #coolBy(ticket: HealthTicket, now: number, ms: number, reason: string): void {
    if (ticket.kind === ENDED) return;
    const isNew = this.#endProbe(ticket) || this.#until === 0;
    this.#end(ticket);
    this.#coolUntil(now, ms, reason, isNew);
  }

  #coolAfterFailures(now: number, ms: number, reason: string): void {
    const cooldown = this.#cooldown;
    this.#afterFailuresMs = Math.min(Math.max(ms, cooldown.ms), cooldown.maxMs);
    this.#probing = false;
    this.#coolUntil(now, this.#afterFailuresMs, reason, true);
  }

  /** @param isNew a cooling begins; else the present one goes on, and the attempts that were forced onto it can end it */
  #coolUntil(now: number, ms: number, reason: string, isNew: boolean): void {
    if (isNew) this.#epoch++;
    if (this.#until !== 0 && now + ms <= this.#endOfCooling(now)) return;
    this.#until = now + ms;
    this.#lengthMs = ms;
    this.#reason = reason;
  }

  /** A wall clock can be set back. What is left of the cooling time is then never more than its whole length. */
  #endOfCooling(now: number): number {
    if (this.#until - now > this.#lengthMs) this.#until = now + this.#lengthMs;
    return this.#until;
  }
}
