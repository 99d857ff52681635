// Ends the chain of a route: chooses the upstream, then forwards the exchange to it.

import type { ForwardSpec } from "../../plan/forward.ts";
import type { Clock } from "../clock.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { Tracer } from "../exchange/observer.ts";
import type { Terminal } from "../exchange/plan.ts";
import type { AskAll } from "../guards/shared-admission.ts";
import type { HealthState } from "../limits/health.ts";
import { asksForModel } from "../model/upstream-models.ts";
import type { Meter } from "./body-tap.ts";
import { Forwarding } from "./forwarding.ts";
import type { ForwardingContext } from "./forwarding-context.ts";
import { KEEP_BYTES } from "./kept-body.ts";
import {
  type LinkedUpstream,
  linkUpstream,
  type PooledUpstream,
  repeats,
  type UpstreamParts,
} from "./linked-upstream.ts";
import { Place } from "./place.ts";
import { Pool } from "./pool.ts";
import { pooledTerminal } from "./pooled-terminal.ts";
import { type Selection, selector } from "./select.ts";
import { enterShared } from "./shared-entry.ts";
import { streamMatcher } from "./stream-types.ts";

export interface TerminalParts extends UpstreamParts {
  readonly tracer: Tracer | undefined;
  readonly clock: Clock;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  /** Makes what meters the exchanges of a route; `undefined`: they are not metered. */
  readonly meterOf: (spec: ForwardSpec) => Meter | undefined;
  readonly onFailure: ForwardingContext["onFailure"];
  /** Called when an upstream of a pool begins to cool, and when it is well again. @param now ms since the epoch */
  readonly onHealth: (routeId: string, upstream: LinkedUpstream, state: HealthState, now: number) => void;
}

/** Makes the terminal of one route. @param askAll asks for all limits of a request at once, where other processes share them */
export function createTerminal(spec: ForwardSpec, parts: TerminalParts, askAll?: AskAll): Terminal<LiveExchange> {
  const upstreams = spec.upstreams.map((each) => linkUpstream(spec, each, parts));
  const [first] = upstreams;
  if (first === undefined) throw new Error(`the route ${spec.routeId} has no upstream`);
  const pool = spec.pool && new Pool(upstreams as PooledUpstream[], spec.pool);
  const context = contextOf(spec, parts, first, pool);
  const readsModel = asksForModel(spec.upstreams);
  if (pool !== undefined || readsModel || spec.usage?.ask)
    return pooledTerminal(context, { upstreams, pool, readsModel, askAll });
  return askAll === undefined ? plainTerminal(context, first) : sharedTerminal(context, first, askAll);
}

function contextOf(
  spec: ForwardSpec,
  { tracer, clock, random, meterOf, onFailure, onHealth }: TerminalParts,
  first: LinkedUpstream,
  pool: Pool<PooledUpstream> | undefined,
): ForwardingContext {
  const { retry } = spec;
  const forAttempts = repeats(retry);
  return {
    spec,
    tracer,
    clock,
    retries:
      pool === undefined && !forAttempts
        ? undefined
        : {
            spec: retry,
            pool,
            clock,
            random,
            onHealth: (upstream, state, now) => onHealth(spec.routeId, upstream, state, now),
          },
    keep: {
      maxBytes: forAttempts ? retry.maxBodyBytes : KEEP_BYTES,
      forAttempts,
      replayMs: first.agent.times.replayMs,
    },
    isStream: streamMatcher(spec.streamTypes),
    meter: meterOf(spec),
    onFailure,
  };
}

/** The terminal of a route with one upstream, which gets every request. */
function plainTerminal(context: ForwardingContext, upstream: LinkedUpstream): Terminal<LiveExchange> {
  const select = selector(upstream);

  function proceed(x: LiveExchange, { upstream, refusal }: Selection): void {
    if (refusal !== undefined) x.reply(refusal);
    else if (!x.done) new Forwarding(x, context, upstream).start();
  }

  return function forward(x) {
    x.admit();
    const selection = select(x);
    if (!(selection instanceof Promise)) return proceed(x, selection);
    selection.then((late) => proceed(x, late)).catch((err: unknown) => x.fail(err, "forward"));
  };
}

/** The same where the limits of a request are asked for all at once, with the slot at the upstream. */
function sharedTerminal(context: ForwardingContext, upstream: LinkedUpstream, askAll: AskAll): Terminal<LiveExchange> {
  return function forward(x) {
    const place = new Place<LinkedUpstream>();
    x.choose(upstream);
    enterShared({
      x,
      place,
      askAll,
      choose: () => ({ member: upstream, hasSlot: place.tryMoveTo(upstream) }),
      granted(member) {
        place.moveToGranted(member);
        return member;
      },
      go: (member) => new Forwarding(x, context, member).start(),
    });
  };
}
