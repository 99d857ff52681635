// Lets an exchange go upstream where several processes share limits: asks for all its limits and for its slot at once, or lets it wait for
// the slot (contract, section 16).

import type { LiveExchange } from "../exchange/exchange.ts";
import type { AskAll } from "../guards/shared-admission.ts";
import type { Gate, Wait } from "../limits/gate.ts";
import { type Gated, NO_SLOT, type Place } from "./place.ts";

/** An upstream whose queue may be waited in. */
export interface Enterable extends Gated {
  readonly spec: { readonly limit: { readonly timeoutMs: number } | undefined };
}

export interface EntryParts<M extends Enterable> {
  readonly x: LiveExchange;
  readonly place: Place<M>;
  readonly askAll: AskAll;
  /** Chooses the upstream, and takes a slot there if one is free. @returns `undefined` if the exchange was answered in another way */
  readonly choose: () => { readonly member: M; readonly hasSlot: boolean } | undefined;
  /** The queue of an upstream has granted a slot: moves the exchange there, or to a better one. */
  readonly granted: (member: M) => M;
  /** Sends the exchange to the upstream. */
  readonly go: (member: M) => void;
}

/** Never throws. */
export function enterShared<M extends Enterable>(parts: EntryParts<M>): void {
  const { x, place } = parts;
  x.hold(() => place.release());
  enter(parts).catch((err: unknown) => {
    // A bug of ours must not leave the slot taken.
    place.refused(false);
    x.fail(err, "forward");
  });
}

async function enter<M extends Enterable>(parts: EntryParts<M>): Promise<void> {
  const { x, place, askAll, choose, go } = parts;
  // Another upstream is chosen when other processes have all slots of the one before. No gate is asked twice.
  for (;;) {
    const choice = choose();
    if (choice === undefined) return;
    if (!choice.hasSlot) return waitIn(choice.member, parts);
    const admitted = await askAll(x, place.askFor());
    if (admitted === undefined) {
      place.confirmed();
      if (x.done) return;
      x.admit();
      return go(choice.member);
    }
    place.refused(admitted === "full");
    if (x.done) return;
    if (admitted !== "full") return x.reply(admitted);
  }
}

async function waitIn<M extends Enterable>(member: M, parts: EntryParts<M>): Promise<void> {
  const { x, askAll } = parts;
  const { gate } = member;
  const wait = gate?.wait(member.spec.limit?.timeoutMs ?? 0);
  if (gate === undefined || wait === undefined) return x.reply(NO_SLOT);
  x.hold(wait.leaveQueue);
  const admitted = await askAll(x, undefined);
  if (admitted === undefined && !x.done) return untilGranted(member, gate, wait, parts);
  leaveQueue(gate, wait);
  if (admitted !== undefined && admitted !== "full") x.reply(admitted);
}

async function untilGranted<M extends Enterable>(
  member: M,
  gate: Gate,
  { admission }: Wait,
  { x, place, granted, go }: EntryParts<M>,
): Promise<void> {
  x.admit();
  if ((await admission) !== "granted") return x.reply(NO_SLOT);
  if (x.done) return gate.leave();
  const chosen = granted(member);
  if (!(await place.confirm())) return x.reply(NO_SLOT);
  if (!x.done) go(chosen);
}

/** Leaves the queue. A slot that was granted meanwhile is given back. */
function leaveQueue(gate: Gate, { admission, leaveQueue }: Wait): void {
  leaveQueue();
  admission.then((how) => how === "granted" && gate.leave()).catch(() => {});
}
