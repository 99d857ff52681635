// Keeps the limits that several processes share: asks Redis for admissions, tells it what ended, renews the slots of this process, and
// heals the counts when Redis is back (contract, section 16).

import type { OnFailure } from "../../../plan/shared-state.ts";
import { RedisAway } from "../redis/redis-link.ts";
import { ChargeWriter, type ChargeWriterParts } from "./charge-writer.ts";
import { LiveSlots } from "./live-slots.ts";
import type {
  AdmissionAnswer,
  AdmissionRequest,
  DayCharge,
  EndedExchange,
  SharedCounts,
  SlotSet,
} from "./shared-counts.ts";
import { type GateOwner, SharedGate } from "./shared-gate.ts";
import { Unwritten } from "./unwritten.ts";

/** Slots end 30 s after they were last renewed. */
const RENEW_MS = 10_000;
/** How often the counts are looked at again for what has changed while they were being healed. */
const HEALING_ROUNDS = 10;

export interface SharedLimitsParts extends Pick<ChargeWriterParts, "earlier" | "onCharged"> {
  readonly counts: SharedCounts;
  readonly onFailure: OnFailure;
  /** Names this process: its ids begin with it. */
  readonly process: string;
  /** ms, on a clock that never goes back. */
  readonly monotonic: () => number;
  /** A call failed for another reason than that Redis can't be used, which is a bug of ours. */
  readonly onBug: (err: unknown) => void;
}

/** Only what Redis was told to undo is answered with `undone`. Nobody waits for that answer any more. */
export type Decided = Exclude<AdmissionAnswer, { readonly kind: "undone" }>;

export class SharedLimits implements GateOwner {
  readonly charges: ChargeWriter;
  readonly #parts: SharedLimitsParts;
  readonly #live = new LiveSlots();
  readonly #unwritten: Unwritten;
  readonly #renewal: NodeJS.Timeout;
  #usable = false;
  #healing: Promise<void> | undefined = undefined;
  /** How often Redis has come and gone. */
  #changes = 0;
  #lastId = 0;
  #decidedAlone = 0;
  #closed = false;

  constructor(parts: SharedLimitsParts) {
    this.#parts = parts;
    this.charges = new ChargeWriter(parts);
    this.#unwritten = new Unwritten({
      counts: parts.counts,
      writeClient: (client) => this.charges.write(client),
    });
    this.#renewal = setInterval(() => this.renewNow(), RENEW_MS).unref();
  }

  /** Whether Redis is asked. It knows all that this process has. */
  get usable(): boolean {
    return this.#usable;
  }

  get onFailure(): OnFailure {
    return this.#parts.onFailure;
  }

  get unlimited(): boolean {
    return !this.#usable && this.onFailure === "open";
  }

  /** How many requests were decided without Redis. */
  get decidedAlone(): number {
    return this.#decidedAlone;
  }

  monotonic(): number {
    return this.#parts.monotonic();
  }

  newId(): string {
    this.#lastId++;
    return `${this.#parts.process}-${this.#lastId.toString(36)}`;
  }

  /** Redis is there. Tells it all that it may not know. Resolves when it is usable, or is away again. */
  connected(): Promise<void> {
    const change = ++this.#changes;
    // One that was under way when Redis went away fails soon.
    this.#healing = Promise.resolve(this.#healing).then(() => this.#heal(change).catch(this.#failed));
    return this.#healing;
  }

  /** Redis can't be used. */
  away(): void {
    this.#changes++;
    this.#usable = false;
  }

  /** Asks for all limits of a request. @returns `undefined` where Redis could not be asked: then `onFailure` decides */
  async admit(request: AdmissionRequest): Promise<Decided | undefined> {
    try {
      const answer = await this.#parts.counts.admit(request);
      return answer.kind === "undone" ? undefined : answer;
    } catch (err) {
      if (err instanceof RedisAway && err.mayHaveRun) this.#unwritten.addUndo(request);
      this.#failed(err);
      return undefined;
    }
  }

  /** A request is decided without Redis. */
  decideAlone(): void {
    this.#decidedAlone++;
  }

  /** An exchange was admitted: renews what it holds, until it ends. @param reserved of its client's budgets */
  hold({ id, subject, use, downstreamMax, subjectMax }: AdmissionRequest, reserved: DayCharge | undefined): void {
    if (downstreamMax !== undefined) this.#live.addDownstream(id);
    if (subjectMax !== undefined || use !== undefined) this.#live.addSubject(subject, { id, reserved });
  }

  /** Gives back what an exchange held, and counts what it used. @param client whose budgets that is charged to */
  end(ended: EndedExchange, client: string | undefined): void {
    this.#live.delete(ended.subject, ended.id);
    const endLater = (): void => {
      this.#unwritten.addEnd(ended);
      if (client !== undefined) this.#unwritten.addClients([client]);
    };
    if (!this.#usable) return endLater();
    this.#parts.counts.end(ended).then(
      (effect) => {
        if (client !== undefined && effect !== undefined) this.#parts.onCharged(client, effect);
      },
      (err: unknown) => {
        endLater();
        this.#failed(err);
      },
    );
  }

  /** Counts a charge for which nothing was reserved. */
  charge(client: string, charged: DayCharge): void {
    if (!this.charges.clients.has(client)) return;
    const writeLater = (): void => this.#unwritten.addClients([client]);
    if (!this.#usable) return writeLater();
    this.charges.publish(client, [charged]).catch((err: unknown) => {
      writeLater();
      this.#failed(err);
    });
  }

  /** Has the usage of these clients in Redis from now on. */
  async cover(clients: Iterable<string>): Promise<void> {
    this.#unwritten.addClients(this.charges.cover(clients));
    await this.#writeNow();
  }

  /** Another process of this gateway has died. What it had charged may not be in Redis. */
  async inherit(process: string, charges: ReadonlyMap<string, readonly DayCharge[]>): Promise<void> {
    this.#unwritten.addClients(this.charges.inherit(process, charges));
    await this.#writeNow();
  }

  gate(key: string, max: number, maxWaiting: number): SharedGate {
    const gate = new SharedGate(key, this, max, maxWaiting);
    this.#live.gates.add(gate);
    return gate;
  }

  dropGate(gate: SharedGate): void {
    this.#live.gates.delete(gate);
  }

  async enter(gate: { readonly key: string; readonly max: number }, id: string): Promise<boolean | undefined> {
    try {
      return await this.#parts.counts.enter(gate, id);
    } catch (err) {
      if (err instanceof RedisAway && err.mayHaveRun) this.#unwritten.addLeave(gate.key, id);
      this.#failed(err);
      return this.onFailure === "closed" ? false : undefined;
    }
  }

  leave(key: string, id: string): void {
    if (!this.#usable) return this.#unwritten.addLeave(key, id);
    this.#parts.counts.leave(key, id).catch((err: unknown) => {
      this.#unwritten.addLeave(key, id);
      this.#failed(err);
    });
  }

  /** Counts an exchange that is in flight already in a limit that a reload has added. @returns a function that ends this */
  adopt(set: Exclude<SlotSet, { readonly kind: "gate" }>): () => void {
    const id = this.newId();
    const downstream = set.kind === "downstream";
    const subject = downstream ? "" : set.subject;
    if (downstream) this.#live.addDownstream(id);
    else this.#live.addSubject(subject, { id, reserved: undefined });
    return () => this.end({ id, subject, downstream, used: undefined, charged: undefined }, undefined);
  }

  /** Renews all slots now. Those that Redis does not have are added. */
  renewNow(): void {
    if (this.#usable) this.#live.renew(this.#parts.counts).catch(this.#failed);
  }

  /** Writes what waits to be written, if Redis is there, and stops. Never throws. */
  async close(): Promise<void> {
    if (this.#closed) return;
    clearInterval(this.#renewal);
    await this.#writeNow();
    this.#closed = true;
    this.#usable = false;
  }

  /** Redis may have forgotten something, or everything (hazard D2). @param change ends when there is another one */
  async #heal(change: number): Promise<void> {
    this.#unwritten.addClients(this.charges.clients);
    for (let round = 0; round < HEALING_ROUNDS && change === this.#changes; round++) {
      await this.#unwritten.write();
      const { added } = this.#live;
      await this.#live.renew(this.#parts.counts);
      // What was admitted or has ended meanwhile has to be told, too.
      if (this.#unwritten.isEmpty && this.#live.added === added) break;
    }
    if (change === this.#changes) this.#usable = !this.#closed;
  }

  async #writeNow(): Promise<void> {
    if (this.#usable) await this.#unwritten.write().catch(this.#failed);
  }

  readonly #failed = (err: unknown): void => {
    if (!(err instanceof RedisAway)) this.#parts.onBug(err);
  };
}
