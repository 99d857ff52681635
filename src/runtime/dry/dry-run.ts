// Runs a request through a plan without sending it: with the same message check, routes, guards and header rules as a live one.

import { METHODS } from "node:http";
import type { Blueprint } from "../../plan/blueprint.ts";
import type { Client } from "../../plan/exchange.ts";
import type { ForwardSpec } from "../../plan/forward.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { ResponseFormat } from "../../plan/response-format.ts";
import { Secret } from "../../plan/secret.ts";
import type { AuthSpec, Guard, StepKind } from "../../plan/steps.ts";
import type { Clock } from "../clock.ts";
import { examine } from "../downstream/examine.ts";
import { findRoute } from "../downstream/find-route.ts";
import { requestId } from "../downstream/request-id.ts";
import { CONNECT_REFUSED } from "../downstream/unparsed.ts";
import { type BuiltInEndpoints, builtInEndpoints } from "../endpoints/built-in.ts";
import { dryMetricsEndpoints } from "../endpoints/metrics.ts";
import type { Plan } from "../exchange/plan.ts";
import { run } from "../exchange/run.ts";
import { authAs } from "../guards/auth.ts";
import { createGuardRegistry, type GuardRegistry } from "../guards/index.ts";
import { Budgets } from "../limits/budgets.ts";
import { Limits } from "../limits/limits.ts";
import { type LinkParts, link } from "../link.ts";
import { type Charging, chargingOf, guardMetering } from "../metering/charging.ts";
import { renderReply } from "../replies/render-reply.ts";
import { type DryChoice, DryExchange, type DryRequest, type DryStep, type DryUpstream } from "./dry-exchange.ts";
import { dryModel } from "./dry-model.ts";
import { drySend } from "./dry-send.ts";
import { scopeDecides, stepDetail } from "./step-details.ts";
import { asSent } from "./wire-text.ts";

/** What would happen to a request. */
export interface DryRun {
  readonly route: string | null;
  readonly steps: readonly DryStep[];
  readonly reply?: Reply;
  /** Where it would be sent first. Without this and without a reply, the model decides and is not known. */
  readonly upstream?: DryUpstream;
  /** On a route with something to choose: a pool, or upstreams that look at the model. */
  readonly choice?: DryChoice;
  /** Whose request it is, once that is known. */
  readonly client?: Client;
  /** The client's models decide whether it may send the request, and its model is not known. The rest holds if it may. */
  readonly scopeDecides?: true;
}

const MASK = "***";

/**
 * Makes a function that runs dry requests. It links the plan anew for each request, with new counts. Otherwise one request
 * could use up a limit, and the next would be refused.
 * @param blueprint its secrets are shown as they are, unless `maskSecrets` was applied
 */
export function dryRunner(blueprint: Blueprint, clock: Clock): (request: DryRequest) => DryRun {
  const { metrics } = blueprint.server;
  // The same paths as in the gateway, but with empty content. Metrics with a separate address are not served here.
  const onMain = metrics?.listen === undefined ? metrics : undefined;
  const builtIn = builtInEndpoints(
    () => true,
    onMain && dryMetricsEndpoints(onMain, blueprint.server.ledger !== undefined),
  );
  const charging = chargingOf(blueprint.charging);
  return ({ method, target, rawHeaders, model, client }) => {
    const sent = { method, target: asSent(target), rawHeaders: rawHeaders.map(asSent), model, client };
    return dryRun(link(blueprint, dryParts(charging, clock)), builtIn, sent);
  };
}

/** The blueprint with every secret that goes upstream replaced by a mask. The scheme word is kept. */
export function maskSecrets(blueprint: Blueprint): Blueprint {
  const masked = (forward: ForwardSpec): ForwardSpec => ({
    ...forward,
    upstreams: forward.upstreams.map((upstream) => {
      const { headers, injectQuery } = upstream;
      return {
        ...upstream,
        headers: { ...headers, inject: maskAll(headers.inject) },
        injectQuery: maskAll(injectQuery),
      };
    }),
  });
  return { ...blueprint, routes: blueprint.routes.map((route) => ({ ...route, forward: masked(route.forward) })) };
}

/** Makes guards that record their verdicts, and a terminal that records what it would send. */
function dryParts(charging: Charging | undefined, clock: Clock): LinkParts<DryExchange> {
  const metering = charging && guardMetering(charging, new Budgets({ onPassed: () => {} }), clock);
  const live = createGuardRegistry(new Limits(clock).lease(), clock, metering);
  const registry = { ...live, auth: (spec: AuthSpec) => dryAuth(spec, live.auth(spec), clock) };
  const kinds = Object.keys(registry) as StepKind[];
  const guards = Object.fromEntries(kinds.map((kind) => [kind, recorded(registry, kind)])) as unknown as GuardRegistry;
  return { guards, terminal: drySend };
}

function dryRun(plan: Plan<DryExchange>, builtIn: BuiltInEndpoints, request: DryRequest): DryRun {
  if (!METHODS.includes(request.method) || request.method === "CONNECT") {
    // Refused before anything else of the request is read: by Node's parser, or because its target is no path.
    const x = new DryExchange(requestId(undefined), { ...request, rawHeaders: [] });
    return answered(x, "message", request.method === "CONNECT" ? CONNECT_REFUSED : replyFor("bad_request"), plan);
  }
  const {
    refusal,
    framing,
    requestId: sentId,
    handshake,
  } = examine({ method: request.method, rawHeaders: request.rawHeaders, httpVersion: "1.1" });
  const x = new DryExchange(requestId(sentId), request);
  if (refusal !== undefined) return answered(x, "message", refusal.reply, plan);
  x.framing = framing;
  x.handshake = handshake;
  const match = findRoute({ ...request, url: request.target }, plan, builtIn, false);
  x.target = match.target;
  if (match.kind === "route") {
    x.steps.push({ step: "route", verdict: "pass", detail: match.route.prefix });
    run(x, match.route);
    return outcome(x, match.route.id, plan.responseFormat);
  }
  if (match.reply instanceof Promise) throw new Error("a built-in endpoint waits in a dry run");
  return answered(x, "route", match.reply, plan);
}

function answered(x: DryExchange, step: DryStep["step"], reply: Reply, plan: Plan<DryExchange>): DryRun {
  const isSuccess = reply.outcome === "success";
  const detail = isSuccess ? "a built-in endpoint" : reply.outcome;
  x.steps.push({ step, verdict: isSuccess ? "pass" : "refuse", detail });
  x.reply(reply);
  return outcome(x, null, plan.responseFormat);
}

function outcome(x: DryExchange, route: string | null, format: ResponseFormat): DryRun {
  const { steps, answer, upstream, choice, client, scopeDecides } = x;
  return {
    route,
    steps,
    ...(answer === undefined ? {} : { reply: rendered(answer, x, format) }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(choice === undefined ? {} : { choice }),
    ...(client === undefined ? {} : { client }),
    ...(scopeDecides ? { scopeDecides } : {}),
  };
}

/** The reply as it would be sent, with all its headers but `date`, which belongs to the moment of sending. */
function rendered(reply: Reply, x: DryExchange, format: ResponseFormat): Reply {
  const { head, body } = renderReply(reply, x, format);
  if (reply.close) head.push("connection", "close");
  return { ...reply, headers: head, body };
}

type DryRegistry = Omit<GuardRegistry, "auth"> & { readonly auth: (spec: AuthSpec) => Guard<DryExchange> };

/** A request may be made as a client. Then it needs no token. */
function dryAuth(spec: AuthSpec, byToken: Guard, clock: Clock): Guard<DryExchange> {
  return (x) => (x.madeAs === undefined ? byToken(x) : authAs(spec, clock)(x, x.madeAs));
}

/** Makes the guard of one kind so that it records its verdict as a step. */
function recorded(registry: DryRegistry, kind: StepKind): (spec: never) => Guard<DryExchange> {
  return (spec) => {
    const guard = (registry[kind] as (spec: never) => Guard<DryExchange>)(spec);
    return function recordedGuard(x) {
      const verdict = guard(x);
      // New counts have a free slot, so no guard waits in a dry run.
      if (verdict instanceof Promise) throw new Error(`the ${kind} guard waits in a dry run`);
      const model = dryModel(x);
      const detail = stepDetail(kind, verdict, { client: x.client, cause: x.cause, model });
      if (kind === "modelScope" && verdict === undefined) x.scopeDecides = scopeDecides(x.client?.access, model);
      const passes = verdict === undefined || verdict.outcome === "preflight";
      // Nearly all requests ask for no WebSocket, so this step is shown only when it refuses one.
      if (kind === "webSocket" && passes) return verdict;
      x.steps.push({ step: kind, verdict: passes ? "pass" : "refuse", ...(detail && { detail }) });
      return verdict;
    };
  };
}

function maskAll(values: readonly { readonly name: string; readonly value: Secret }[]) {
  return values.map(({ name, value }) => ({ name, value: new Secret(mask(value.reveal())) }));
}

function mask(value: string): string {
  const scheme = /^(?:bearer|basic) /i.exec(value)?.[0] ?? "";
  return `${scheme}${MASK}`;
}
