// Ends the chain of a route whose requests may go to one of several upstreams, whose upstream takes some models only, or whose
// streams are asked for their usage: reads what has to be known of the request, chooses the upstream, then forwards the exchange
// to it (contract, sections 13 and 14).

import { replyFor } from "../../plan/replies.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { Terminal } from "../exchange/plan.ts";
import type { AskAll } from "../guards/shared-admission.ts";
import type { RequestModels } from "../model/request-model.ts";
import { Forwarding } from "./forwarding.ts";
import type { ForwardingContext, Prepared } from "./forwarding-context.ts";
import type { LinkedUpstream, PooledUpstream } from "./linked-upstream.ts";
import { type Gated, NO_SLOT, Place } from "./place.ts";
import type { Ask, Choice, Pool } from "./pool.ts";
import { type ReadRequest, requestReader } from "./request-reader.ts";
import { enterShared } from "./shared-entry.ts";
import { stickyKeyReader } from "./sticky.ts";

const UNREADABLE = replyFor("model_unreadable");
const NOT_IN_QUERY = replyFor("model_unreadable", {
  message:
    "The model decides which upstream of this route is asked, so a WebSocket has to name it when it is opened: add ?model=NAME to its URL.",
});
const NOT_ALLOWED = replyFor("model_not_allowed");

/** What most requests ask of a pool. */
const ANYTHING: Ask<PooledUpstream> = Object.freeze({ sticky: undefined, takes: undefined });

export interface PooledParts {
  readonly upstreams: readonly LinkedUpstream[];
  /** `undefined` for a single upstream. */
  readonly pool: Pool<PooledUpstream> | undefined;
  /** An upstream takes some models only, or renames some. */
  readonly readsModel: boolean;
  /** Asks for all limits of a request at once, where other processes share them. */
  readonly askAll: AskAll | undefined;
}

export function pooledTerminal(context: ForwardingContext, parts: PooledParts): Terminal<LiveExchange> {
  const { upstreams, pool, readsModel, askAll } = parts;
  const { spec, clock } = context;
  const read = requestReader(spec, {
    model: readsModel,
    accountState: pool !== undefined,
    ask: spec.usage?.ask === true,
  });
  const stickyKey = spec.pool?.sticky && stickyKeyReader(spec.pool.sticky);

  function proceed(x: LiveExchange, request: ReadRequest): void {
    const { kind } = request.models;
    // What goes over a WebSocket is not read for a model, so it has to be named before (contract, section 15).
    if (kind === "none" && readsModel && x.asksWebSocket) return x.reply(NOT_IN_QUERY);
    if (kind === "unreadable") return x.reply(UNREADABLE);
    if (pool === undefined) return askOnly(x, request, upstreams[0] as LinkedUpstream);
    const takes = readsModel ? (upstream: LinkedUpstream) => upstream.takes(request.models) === "yes" : undefined;
    const sticky = stickyKey?.(x);
    const ask = takes === undefined && sticky === undefined ? ANYTHING : { sticky, takes };
    const place = new Place<PooledUpstream>();
    const { models, bound } = request;
    const prepared: Prepared = { models, ask: request.ask, pool: { ask, bound, place } };
    const choose = (): Choice<PooledUpstream> | undefined => {
      const now = clock.now();
      const choice = bound ? pool.home(ask, place, now) : pool.choose(ask, place, now);
      if (choice === undefined) x.reply(refusalOf(upstreams, models));
      else x.choose(choice.member);
      return choice;
    };
    const granted = (full: PooledUpstream): PooledUpstream => {
      const { member } = bound ? moved(place, full) : pool.chooseGranted(ask, full, place, clock.now());
      x.choose(member);
      return member;
    };
    const go = (member: PooledUpstream): void => new Forwarding(x, context, member, prepared).start();
    if (askAll !== undefined) return enterShared({ x, place, askAll, choose, granted, go });
    x.hold(() => place.release());
    const choice = choose();
    if (choice === undefined) return;
    if (choice.hasSlot) return go(choice.member);
    waitForSlot(x, choice, (full) => go(granted(full)));
  }

  /** Sends the request to the only upstream, if that takes its model. */
  function askOnly(x: LiveExchange, request: ReadRequest, upstream: LinkedUpstream): void {
    if (upstream.takes(request.models) !== "yes") return x.reply(refusalOf(upstreams, request.models));
    const prepared: Prepared = { models: request.models, ask: request.ask, pool: undefined };
    const go = (): void => new Forwarding(x, context, upstream, prepared).start();
    x.choose(upstream);
    if (askAll !== undefined) {
      const place = new Place<LinkedUpstream>();
      const choose = () => ({ member: upstream, hasSlot: place.tryMoveTo(upstream) });
      return enterShared({ x, place, askAll, choose, granted: (member) => moved(place, member).member, go });
    }
    const send = (): void => {
      x.hold(() => upstream.gate?.leave());
      go();
    };
    if (upstream.gate === undefined || upstream.gate.tryEnter()) return send();
    waitForSlot(x, { member: upstream }, send);
  }

  return function forward(x) {
    if (askAll === undefined) x.admit();
    read(x, proceed);
  };
}

function moved<M extends Gated>(place: Place<M>, member: M): { readonly member: M } {
  place.moveToGranted(member);
  return { member };
}

/** Waits in the queue of an upstream. An exchange that ends meanwhile leaves the queue. */
function waitForSlot<M extends LinkedUpstream>(
  x: LiveExchange,
  { member }: Pick<Choice<M>, "member">,
  onGranted: (member: M) => void,
): void {
  const { gate, spec } = member;
  const wait = gate?.wait(spec.limit?.timeoutMs ?? 0);
  if (wait === undefined) return x.reply(NO_SLOT);
  x.hold(wait.leaveQueue);
  wait.admission
    .then((admission) => {
      if (admission !== "granted") return x.reply(NO_SLOT);
      if (x.done) return gate?.leave();
      onGranted(member);
    })
    .catch((err: unknown) => x.fail(err, "forward"));
}

/** Why no upstream takes a request. */
function refusalOf(upstreams: readonly LinkedUpstream[], models: RequestModels) {
  return upstreams.some((upstream) => upstream.takes(models) === "not_renamable") ? UNREADABLE : NOT_ALLOWED;
}
