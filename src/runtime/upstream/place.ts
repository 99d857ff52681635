// Holds the one in-flight slot of an exchange. The slot moves with the exchange from upstream to upstream
// (contract, sections 7 and 14).

import { replyFor } from "../../plan/replies.ts";
import type { UpstreamGate } from "../limits/upstream-gate.ts";

/** An upstream that may limit its requests in flight. Several upstreams can share one limit. */
export interface Gated {
  readonly gate: UpstreamGate | undefined;
}

/** Answers an exchange that can't get a slot. */
export const NO_SLOT = replyFor("upstream_concurrency_exceeded");

/** Where an exchange is: its present upstream, whose slot it holds until it moves on or ends. */
export class Place<M extends Gated> {
  #member: M | undefined = undefined;
  #released = false;

  /** The present upstream; `undefined` before the first one, after the end, and between two. */
  get member(): M | undefined {
    return this.#member;
  }

  /** Whether the exchange can move there at once: it has the slot already, or one is free. */
  canMoveTo({ gate }: M): boolean {
    return gate === undefined || gate === this.#member?.gate || gate.hasRoom;
  }

  /** Takes a free slot there, and moves. Returns whether there was one. Without one the exchange stays where it is. */
  tryMoveTo(member: M): boolean {
    const { gate } = member;
    if (gate !== undefined && gate !== this.#member?.gate && !gate.tryEnter()) return false;
    this.#settle(member);
    return true;
  }

  /** Moves to an upstream whose queue has just granted a slot. */
  moveToGranted(member: M): void {
    if (member.gate === this.#member?.gate) member.gate?.leave();
    this.#settle(member);
  }

  /**
   * Gives the slot back before another upstream has granted one. Two exchanges that kept their slots would wait for each other
   * for ever, each in the queue of the other one's upstream.
   */
  leave(): void {
    this.#member?.gate?.leave();
    this.#member = undefined;
  }

  /** The exchange has ended: gives its slot back. A slot that comes later is given back at once. */
  release(): void {
    this.#released = true;
    this.leave();
  }

  #settle(member: M): void {
    const old = this.#member?.gate;
    this.#member = member;
    if (old !== member.gate) old?.leave();
    if (this.#released) this.release();
  }
}
