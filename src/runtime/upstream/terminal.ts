// Ends the chain of a route: chooses the upstream, then forwards the exchange to it.

import type { ForwardSpec } from "../../plan/forward.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { Tracer } from "../exchange/observer.ts";
import type { Terminal } from "../exchange/plan.ts";
import { Forwarding, type ForwardingContext } from "./forwarding.ts";
import { linkUpstream, type UpstreamParts } from "./linked-upstream.ts";
import { type Selection, selector } from "./select.ts";
import { streamMatcher } from "./stream-types.ts";

export interface TerminalParts extends UpstreamParts {
  readonly tracer: Tracer | undefined;
  readonly onFailure: ForwardingContext["onFailure"];
}

/** Makes the terminal of one route. */
export function createTerminal(spec: ForwardSpec, parts: TerminalParts): Terminal<LiveExchange> {
  const [upstream] = spec.upstreams.map((each) => linkUpstream(spec, each, parts));
  if (upstream === undefined) throw new Error(`the route ${spec.routeId} has no upstream`);
  const select = selector(upstream);
  const { tracer, onFailure } = parts;
  const context: ForwardingContext = { spec, tracer, isStream: streamMatcher(spec.streamTypes), onFailure };

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
