// The end of a chain in a dry run: chooses the upstream, and records the request that would be sent to it.

import type { ForwardSpec, UpstreamSpec } from "../../plan/forward.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { Terminal } from "../exchange/plan.ts";
import { upstreamHeadWriter } from "../headers/accept-encoding.ts";
import { requestTargetWriter } from "../headers/request-target.ts";
import { addHandshake, handshakeRules } from "../headers/websocket-head.ts";
import { asksForModel } from "../model/upstream-models.ts";
import { askOrder } from "./ask-order.ts";
import type { DryCandidate, DryExchange } from "./dry-exchange.ts";
import { dryModel, type ModelEffect, modelEffects } from "./dry-model.ts";
import { asShown } from "./wire-text.ts";

/** The client address of every dry request. */
const PEER = "127.0.0.1";

const NOT_ALLOWED = replyFor("model_not_allowed");
const UNREADABLE = replyFor("model_unreadable");

/** Makes the terminal of a route. */
export function drySend(forward: ForwardSpec): Terminal<DryExchange> {
  const { pool, upstreams } = forward;
  const readsModel = asksForModel(upstreams);
  const targets = upstreams.map((upstream) => dryTarget(forward, upstream));
  const [only] = targets;
  if (only === undefined) throw new Error(`the route ${forward.routeId} has no upstream`);
  if (pool === undefined && !readsModel) return only.send;
  const orderOf = askOrder(forward);
  const effectsOf = upstreams.map(modelEffects);
  return function chooseAndSend(x) {
    const model = dryModel(x);
    const isUnknown = model.kind === "unreadable" || (model.kind === "none" && x.asksWebSocket);
    if (readsModel && isUnknown) return refuse(x, UNREADABLE);
    const options = targets.map((target, index): Option => ({ target, effect: (effectsOf[index] as EffectOf)(model) }));
    const { indexes, by } = orderOf(x, (index) => isOpen(options[index]));
    const asked = indexes.map((index) => options[index] as Option);
    const others = options.filter((option) => !asked.includes(option));
    x.choice = { by, candidates: [...asked, ...others].map((option) => candidate(x, option)) };
    const [first] = asked;
    if (first === undefined) return refuse(x, refusalOf(options));
    const isKnown = first.effect.takes !== undefined;
    x.steps.push({ step: "upstream", verdict: "pass", detail: isKnown ? first.target.id : "the model decides" });
    if (isKnown) first.target.send(x);
  };
}

type EffectOf = ReturnType<typeof modelEffects>;

interface Option {
  readonly target: DryTarget;
  readonly effect: ModelEffect;
}

/** Whether it takes the request, or may do so. */
function isOpen(option: Option | undefined): boolean {
  return option?.effect.takes === "yes" || option?.effect.takes === undefined;
}

/** Why no upstream takes a request. */
function refusalOf(options: readonly Option[]): Reply {
  return options.some(({ effect }) => effect.takes === "not_renamable") ? UNREADABLE : NOT_ALLOWED;
}

function candidate(x: DryExchange, { target, effect: { takes, newName } }: Option): DryCandidate {
  return {
    id: target.id,
    url: target.url(x),
    takes: takes === undefined ? undefined : takes === "yes",
    newModel: newName,
  };
}

function refuse(x: DryExchange, reply: Reply): void {
  x.steps.push({ step: "upstream", verdict: "refuse", detail: reply.outcome });
  x.reply(reply);
}

interface DryTarget {
  readonly id: string;
  /** The URL that the request would be sent to. */
  readonly url: (x: DryExchange) => string;
  readonly send: Terminal<DryExchange>;
}

function dryTarget(forward: ForwardSpec, upstream: UpstreamSpec): DryTarget {
  const { id, target, limit } = upstream;
  const writeHead = upstreamHeadWriter(forward, upstream);
  const handshake = handshakeRules(forward);
  const writeTarget = requestTargetWriter(forward, upstream);
  const url = (x: DryExchange): string => asShown(`${target.protocol}//${target.host}${writeTarget(x.target)}`);
  return {
    id,
    url,
    send(x) {
      // New counts have a free slot, so this step always passes.
      if (limit !== undefined) x.steps.push({ step: "upstreamInflight", verdict: "pass" });
      const { method, rawHeaders, framing, id: requestId } = x;
      const headers = writeHead({ method, rawHeaders, framing, requestId, peer: PEER });
      if (handshake !== undefined && x.handshake === "ready") {
        addHandshake(headers, rawHeaders, handshake, upstream.headers.remove);
      }
      x.upstream = { id, method, url: url(x), headers: headers.map(asShown) };
    },
  };
}
