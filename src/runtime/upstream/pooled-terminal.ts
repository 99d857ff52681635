// Ends the chain of a route whose requests may go to one of several upstreams, whose upstream takes some models only, or whose
// streams are asked for their usage: reads what has to be known of the request, chooses the upstream, then forwards the exchange
// to it (contract, sections 13 and 14).

import { replyFor } from "../../plan/replies.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { Terminal } from "../exchange/plan.ts";
import type { RequestModels } from "../model/request-model.ts";
import { Forwarding } from "./forwarding.ts";
import type { ForwardingContext, Prepared } from "./forwarding-context.ts";
import type { LinkedUpstream, PooledUpstream } from "./linked-upstream.ts";
import { NO_SLOT, Place } from "./place.ts";
import type { Ask, Choice, Pool } from "./pool.ts";
import { type ReadRequest, requestReader } from "./request-reader.ts";
import { stickyKeyReader } from "./sticky.ts";

const UNREADABLE = replyFor("model_unreadable");
const NOT_IN_QUERY = replyFor("model_unreadable", {
  message:
    "The model decides which upstream of this route is asked, so a WebSocket has to name it when it is opened: add ?model=NAME to its URL.",
});
const NOT_ALLOWED = replyFor("model_not_allowed");

/** What most requests ask of a pool. */
const ANYTHING: Ask<PooledUpstream> = Object.freeze({ sticky: undefined, takes: undefined });

/**
 * @param pool `undefined` for a single upstream
 * @param readsModel an upstream takes some models only, or renames some
 */
export function pooledTerminal(
  context: ForwardingContext,
  upstreams: readonly LinkedUpstream[],
  pool: Pool<PooledUpstream> | undefined,
  readsModel: boolean,
): Terminal<LiveExchange> {
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
    x.hold(() => place.release());
    const now = clock.now();
    const choice = request.bound ? pool.home(ask, place, now) : pool.choose(ask, place, now);
    if (choice === undefined) return x.reply(refusalOf(upstreams, request.models));
    x.choose(choice.member);
    const { models, bound } = request;
    const prepared: Prepared = { models, ask: request.ask, pool: { ask, bound, place } };
    if (choice.hasSlot) return new Forwarding(x, context, choice.member, prepared).start();
    waitForSlot(x, choice, (granted) => {
      const { member } = request.bound ? moved(place, granted) : pool.chooseGranted(ask, granted, place, clock.now());
      x.choose(member);
      new Forwarding(x, context, member, prepared).start();
    });
  }

  /** Sends the request to the only upstream, if that takes its model. */
  function askOnly(x: LiveExchange, request: ReadRequest, upstream: LinkedUpstream): void {
    if (upstream.takes(request.models) !== "yes") return x.reply(refusalOf(upstreams, request.models));
    const send = (): void => {
      x.hold(() => upstream.gate?.leave());
      new Forwarding(x, context, upstream, { models: request.models, ask: request.ask, pool: undefined }).start();
    };
    x.choose(upstream);
    if (upstream.gate === undefined || upstream.gate.tryEnter()) return send();
    waitForSlot(x, { member: upstream }, send);
  }

  return function forward(x) {
    x.admit();
    read(x, proceed);
  };
}

function moved(place: Place<PooledUpstream>, member: PooledUpstream): { readonly member: PooledUpstream } {
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
