// Keeps the limits that several processes share: asks Redis for admissions, tells it what ended, renews the slots of this process, and
// heals the counts when Redis is back (contract, section 16).

import type { OnFailure } from "../../../plan/shared-state.ts";
import { within } from "../../within.ts";
import { RedisAway } from "../redis/redis-link.ts";
import { ChargeWriter, type ChargeWriterParts } from "./charge-writer.ts";
import { LateEnds } from "./late-ends.ts";
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
import { UnderWay } from "./under-way.ts";
import { type Ended, Unwritten } from "./unwritten.ts";

/** Slots end 30 s after they were last renewed. */
const RENEW_MS = 10_000;
/** How often the counts are looked at again for what has changed while they were being healed. */
const HEALING_ROUNDS = 10;
/** How long the last calls may take when the gateway stops. Each of them has a time limit of its own, which is shorter. */
const LAST_CALLS_MS = 2000;

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
  readonly late = new LateEnds();
  readonly monotonic: () => number;
  readonly #parts: SharedLimitsParts;
  readonly #live = new LiveSlots((set, id) => this.#endSlot(set, id));
  readonly #unwritten: Unwritten;
  readonly #renewal: NodeJS.Timeout;
  /** The calls under way that others may follow. */
  readonly #underWay = new UnderWay();
  /** Redis is there. */
  #up = false;
  #usable = false;
  #healing: Promise<void> | undefined = undefined;
  /** What a reload has added is being told: until that is done, no request is asked for. */
  #reloading: Promise<unknown> | undefined = undefined;
  /** How often Redis has come and gone. */
  #changes = 0;
  #lastId = 0;
  #decidedAlone = 0;
  #closed = false;

  constructor(parts: SharedLimitsParts) {
    this.#parts = parts;
    this.monotonic = parts.monotonic;
    this.charges = new ChargeWriter(parts);
    this.#unwritten = new Unwritten({
      counts: parts.counts,
      writeEnd: (ended) => this.#writeEnd(ended),
      writeClient: (client) => this.charges.write(client),
      up: () => this.#up,
    });
    this.#renewal = setInterval(() => void this.#repeat(), RENEW_MS).unref();
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

  newId(): string {
    this.#lastId++;
    return `${this.#parts.process}-${this.#lastId.toString(36)}`;
  }

  /** Redis is there. Tells it all that it may not know. Resolves when it is usable, or is away again. */
  connected(): Promise<void> {
    const change = ++this.#changes;
    this.#up = true;
    // One that was under way when Redis went away fails soon.
    this.#healing = Promise.resolve(this.#healing).then(() => this.#heal(change));
    return this.#healing;
  }

  /** Redis can't be used. */
  away(): void {
    this.#changes++;
    this.#up = false;
    this.#usable = false;
  }

  /** Asks for all limits of a request. @returns `undefined` where Redis could not be asked: then `onFailure` decides */
  async admit(request: AdmissionRequest): Promise<Decided | undefined> {
    try {
      if (this.#reloading !== undefined) await this.#reloading;
      const call = this.#parts.counts.admit(request);
      this.#underWay.add(call);
      const answer = await call;
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
  async end(exchange: EndedExchange, client: string | undefined): Promise<void> {
    this.#live.delete(exchange.subject, exchange.id);
    const ended: Ended = { exchange, client };
    if (!this.#usable) return this.#unwritten.addEnd(ended);
    await this.#tell(this.#writeEnd(ended), () => this.#unwritten.addEnd(ended));
  }

  /** Counts a charge for which nothing was reserved. */
  charge(client: string, charged: DayCharge): void {
    if (!this.charges.clients.has(client)) return;
    const writeLater = (): void => this.#unwritten.addClients([client]);
    if (!this.#usable) return writeLater();
    this.#tell(this.charges.publish(client, [charged]), writeLater);
  }

  /** Has the usage of these clients in Redis from now on. */
  async cover(clients: Iterable<string>): Promise<void> {
    this.#unwritten.addClients(this.charges.cover(clients));
    await this.#first(this.#writeNow());
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
      if (this.#reloading !== undefined) await this.#reloading;
      return await this.#parts.counts.enter(gate, id);
    } catch (err) {
      if (err instanceof RedisAway && err.mayHaveRun) this.#unwritten.addLeave(gate.key, id);
      this.#failed(err);
      return this.onFailure === "closed" ? false : undefined;
    }
  }

  leave(key: string, id: string): void {
    const leaveLater = (): void => this.#unwritten.addLeave(key, id);
    if (!this.#usable) return leaveLater();
    this.#tell(this.#parts.counts.leave(key, id), leaveLater);
  }

  /** Counts an exchange that is in flight already in a limit that a reload has added. @returns a function that ends this */
  adopt(set: Exclude<SlotSet, { readonly kind: "gate" }>): () => void {
    const id = this.newId();
    if (set.kind === "downstream") this.#live.addDownstream(id);
    else this.#live.addSubject(set.subject, { id, reserved: undefined });
    return () => this.#endSlot(set, id);
  }

  /** Tells Redis of what was adopted. */
  adopted(): void {
    void this.#first(this.#renewNow());
  }

  /** Writes what waits to be written, if Redis is there, and stops. Never throws. */
  async close(): Promise<void> {
    if (this.#closed) return;
    clearInterval(this.#renewal);
    await within(LAST_CALLS_MS, this.#lastCalls());
    this.#closed = true;
    this.#usable = false;
  }

  async #lastCalls(): Promise<void> {
    await this.#healing;
    // The answer to an admission can be followed by the end of its exchange.
    await this.#underWay.none();
    await this.#writeNow();
  }

  /** Redis may have forgotten something, or everything (hazard D2). @param change ends when there is another one. Never throws */
  async #heal(change: number): Promise<void> {
    this.#unwritten.addClients(this.charges.clients);
    await this.#parts.counts.mark().catch(this.#failed);
    let isWhole = false;
    for (let round = 0; !isWhole && round < HEALING_ROUNDS && change === this.#changes; round++) {
      await this.#unwritten.write().catch(this.#failed);
      const { added } = this.#live;
      await this.#live.renew(this.#parts.counts).catch(this.#failed);
      // What was admitted or has ended meanwhile has to be told, too.
      isWhole = this.#unwritten.isEmpty && this.#live.added === added;
    }
    if (change !== this.#changes || this.#closed) return;
    this.#usable = true;
    // With many requests there is always something new. From now on Redis is told at once, so this is the last of it.
    if (!isWhole) void this.#repeat();
  }

  /** Renews all slots, and tells Redis what it could not be told, or has forgotten: somebody may have emptied it. */
  async #repeat(): Promise<void> {
    const { counts } = this.#parts;
    if (this.#usable && !(await counts.mark().catch(() => true))) this.#unwritten.addClients(this.charges.clients);
    await Promise.all([this.#renewNow(), this.#writeNow()]);
  }

  /** Renews all slots. Those that Redis does not have are added. */
  async #renewNow(): Promise<void> {
    if (this.#usable) await this.#live.renew(this.#parts.counts).catch(this.#failed);
  }

  async #writeNow(): Promise<void> {
    if (!this.#usable || this.#unwritten.isEmpty) return;
    const written = this.#unwritten.write().catch(this.#failed);
    this.#underWay.add(written);
    await written;
  }

  /** Lets requests wait until this is done. It never fails. */
  async #first(call: Promise<void>): Promise<void> {
    const all = Promise.all([this.#reloading, call]);
    this.#reloading = all;
    await all;
    if (this.#reloading === all) this.#reloading = undefined;
  }

  /** Ends a slot for which nothing is reserved or charged. Can be repeated. */
  #endSlot(set: SlotSet, id: string): void {
    if (set.kind === "gate") return this.leave(set.key, id);
    const downstream = set.kind === "downstream";
    const subject = downstream ? "" : set.subject;
    this.end({ id, subject, downstream, used: undefined, charged: undefined }, undefined);
  }

  async #writeEnd({ exchange, client }: Ended): Promise<void> {
    const effect = await this.#parts.counts.end(exchange);
    if (client !== undefined && effect !== undefined) this.#parts.onCharged(client, effect);
  }

  /** @param repeat has it told again when the call fails */
  #tell(call: Promise<unknown>, repeat: () => void): Promise<unknown> {
    const told = call.catch((err: unknown) => {
      repeat();
      this.#failed(err);
    });
    this.#underWay.add(told);
    return told;
  }

  readonly #failed = (err: unknown): void => {
    if (!(err instanceof RedisAway)) this.#parts.onBug(err);
  };
}
