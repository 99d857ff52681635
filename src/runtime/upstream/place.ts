// Holds the one in-flight slot of an exchange. The slot moves with the exchange from upstream to upstream
// (contract, sections 7 and 14).

import { replyFor } from "../../plan/replies.ts";
import type { Gate, SharedSlots } from "../limits/gate.ts";

/** An upstream that may limit its requests in flight. Several upstreams can share one limit. */
export interface Gated {
  readonly gate: Gate | undefined;
}

/** Answers an exchange that can't get a slot. */
export const NO_SLOT = replyFor("upstream_concurrency_exceeded");

const NONE: readonly Gate[] = [];

/** Where an exchange is: its present upstream, whose slot it holds until it moves on or ends. */
export class Place<M extends Gated> {
  #member: M | undefined = undefined;
  /** A slot that was taken and is not confirmed, where other processes have slots, too. */
  #unconfirmed: SharedSlots | undefined = undefined;
  /** That slot is being asked for. It is given back with the answer, not before. */
  #asking = false;
  /** The gates where others have all slots: they are not asked again before the exchange has a slot. */
  #full: readonly Gate[] = NONE;
  #released = false;

  /** The present upstream; `undefined` before the first one, after the end, and between two. */
  get member(): M | undefined {
    return this.#member;
  }

  /** Whether the exchange can move there at once: it has the slot already, or one is free. */
  canMoveTo({ gate }: M): boolean {
    return gate === undefined || gate === this.#member?.gate || (gate.hasRoom && !this.#full.includes(gate));
  }

  /** Takes a free slot there, and moves. Returns whether there was one. Without one the exchange stays where it is. */
  tryMoveTo(member: M): boolean {
    const { gate } = member;
    const moves = gate !== this.#member?.gate;
    if (gate !== undefined && moves && (this.#full.includes(gate) || !gate.tryEnter())) return false;
    this.#settle(member, moves ? gate?.shared : this.#unconfirmed);
    return true;
  }

  /** Moves to an upstream whose queue has just granted a slot. */
  moveToGranted(member: M): void {
    if (member.gate === this.#member?.gate) member.gate?.leave();
    this.#full = NONE;
    this.#settle(member, undefined);
  }

  /** The slot that has to be confirmed; `undefined`: none. From now on it is being asked for, until `confirmed` or `refused`. */
  askFor(): SharedSlots | undefined {
    this.#asking = this.#unconfirmed !== undefined;
    return this.#unconfirmed;
  }

  /** The slot that was asked for is one for all processes. */
  confirmed(): void {
    this.#unconfirmed = undefined;
    this.#asking = false;
    this.#full = NONE;
    if (this.#released) this.leave();
  }

  /** The slot that was asked for is given up. One that is confirmed stays. @param isFull others have all slots */
  refused(isFull: boolean): void {
    if (this.#unconfirmed === undefined) return;
    this.#unconfirmed.giveUp(isFull);
    if (isFull) this.#noteFull();
    this.#forget();
  }

  /** Asks for the slot alone, if it has to be confirmed. Without it the exchange is at no upstream. @returns whether it has its slot */
  confirm(): boolean | Promise<boolean> {
    const slots = this.askFor();
    if (slots === undefined) return true;
    const answer = slots.confirm();
    return answer instanceof Promise ? answer.then((granted) => this.#answered(granted)) : this.#answered(answer);
  }

  /**
   * Gives the slot back before another upstream has granted one. Two exchanges that kept their slots would wait for each other
   * for ever, each in the queue of the other one's upstream.
   */
  leave(): void {
    if (this.#asking) return;
    this.#giveBack();
    this.#forget();
  }

  /** The exchange has ended: gives its slot back. A slot that comes later is given back at once. */
  release(): void {
    this.#released = true;
    this.leave();
  }

  #answered(granted: boolean): boolean {
    if (granted) this.confirmed();
    else {
      this.#noteFull();
      this.#forget();
    }
    return granted;
  }

  #noteFull(): void {
    const gate = this.#member?.gate;
    if (gate !== undefined) this.#full = [...this.#full, gate];
  }

  #settle(member: M, unconfirmed: SharedSlots | undefined): void {
    if (this.#member?.gate !== member.gate) this.#giveBack();
    this.#member = member;
    this.#unconfirmed = unconfirmed;
    if (this.#released) this.release();
  }

  #giveBack(): void {
    if (this.#unconfirmed === undefined) this.#member?.gate?.leave();
    else this.#unconfirmed.giveUp(false);
  }

  #forget(): void {
    this.#member = undefined;
    this.#unconfirmed = undefined;
    this.#asking = false;
  }
}
