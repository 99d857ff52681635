// How is a request run dry? Through the same message check, trie, guards and head writer as a live one, up to the sending.

import type { Blueprint } from "../../plan/blueprint.ts";
import type { ForwardSpec } from "../../plan/forward.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { ResponseFormat } from "../../plan/response-format.ts";
import { Secret } from "../../plan/secret.ts";
import type { Guard, GuardMakers, GuardRegistry, StepKind, Terminal } from "../../plan/steps.ts";
import { upstreamPath } from "../../plan/target.ts";
import type { Clock } from "../clock.ts";
import { examine } from "../downstream/examine.ts";
import { findRoute } from "../downstream/find-route.ts";
import { requestId } from "../downstream/request-id.ts";
import type { BuiltInEndpoints } from "../endpoints/built-in.ts";
import type { Plan } from "../exchange/plan.ts";
import { run } from "../exchange/run.ts";
import { guardMakers } from "../guards/index.ts";
import { requestHeadWriter } from "../headers/request-head.ts";
import { Limits } from "../limits/limits.ts";
import { createResponseFormat } from "../replies/render-reply.ts";
import { DryExchange, type DryRequest, type DryStep, type DryUpstream } from "./dry-exchange.ts";

/** What would have become of a request. */
export interface DryRun {
  readonly route: string | null;
  readonly steps: readonly DryStep[];
  readonly reply?: Reply;
  readonly upstream?: DryUpstream;
}

/** The address a dry request comes from. */
const PEER = "127.0.0.1";
const MASK = "***";

/**
 * Makes a catalog whose guards note their verdicts and whose terminal notes what it would send.
 * Link a blueprint with it, its secrets masked by `maskSecrets`, and hand the plan to `dryRun`.
 */
export function dryGuardRegistry(clock: Clock): GuardRegistry<DryExchange> {
  const makers = guardMakers(new Limits(clock).lease(), clock);
  const kinds = Object.keys(makers) as StepKind[];
  const guards = Object.fromEntries(kinds.map((kind) => [kind, noting(makers, kind)])) as unknown as GuardMakers;
  return { guards, forward: drySend, responseFormat: createResponseFormat };
}

/** The blueprint with every secret that goes upstream replaced by a mask, the scheme word kept. */
export function maskSecrets(blueprint: Blueprint): Blueprint {
  const routes = blueprint.routes.map((route) => {
    const { headers } = route.forward;
    const inject = headers.inject.map(({ name, value }) => ({ name, value: new Secret(masked(value.reveal())) }));
    return { ...route, forward: { ...route.forward, headers: { ...headers, inject } } };
  });
  return { ...blueprint, routes };
}

/** Runs one request through a plan linked with `dryCatalog`. Nothing is sent. @param own endpoints that answer at once */
export function dryRun(plan: Plan<DryExchange>, own: BuiltInEndpoints, request: DryRequest): DryRun {
  const { refusal, framing, requestId: sent } = examine({ rawHeaders: request.rawHeaders, httpVersion: "1.1" });
  const x = new DryExchange(requestId(sent), request);
  if (refusal !== undefined) return refusedAt(x, "message", replyFor(refusal), plan);
  x.framing = framing;
  const { target, next } = findRoute({ ...request, url: request.target }, plan, own, false);
  x.target = target;
  if (next instanceof Promise) throw new Error("an own endpoint waits in a dry run");
  if ("outcome" in next) return refusedAt(x, "route", next, plan);
  x.steps.push({ step: "route", verdict: "pass", detail: next.prefix });
  run(x, next);
  return outcome(x, next.id, plan.responseFormat);
}

function refusedAt(x: DryExchange, step: DryStep["step"], reply: Reply, { responseFormat }: Plan<DryExchange>): DryRun {
  const verdict = reply.outcome === "success" ? "pass" : "refuse";
  x.steps.push({ step, verdict, detail: reply.outcome === "success" ? "an own endpoint" : reply.outcome });
  x.reply(reply);
  return outcome(x, null, responseFormat);
}

function outcome(x: DryExchange, route: string | null, { formatError }: ResponseFormat): DryRun {
  const { steps, answer, upstream } = x;
  return {
    route,
    steps,
    ...(answer === undefined ? {} : { reply: formatError === undefined ? answer : formatError(answer, x) }),
    ...(upstream === undefined ? {} : { upstream }),
  };
}

function noting(makers: GuardMakers, kind: StepKind): (spec: never) => Guard<DryExchange> {
  return (spec) => {
    const guard = (makers[kind] as (spec: never) => Guard)(spec);
    return function noted(x) {
      const verdict = guard(x);
      // A fresh state has room for one: no guard waits in a dry run.
      if (verdict instanceof Promise) throw new Error(`the ${kind} guard waits in a dry run`);
      const detail = verdict?.outcome ?? (kind === "auth" ? x.client?.label : undefined);
      const passes = verdict === undefined || verdict.outcome === "preflight";
      x.steps.push({ step: kind, verdict: passes ? "pass" : "refuse", ...(detail && { detail }) });
      return verdict;
    };
  };
}

function drySend(spec: ForwardSpec): Terminal<DryExchange> {
  const writeHead = requestHeadWriter(spec);
  const { protocol, host } = spec.target;
  return function send(x) {
    const { method, rawHeaders, framing, id } = x;
    const headers = writeHead({ method, rawHeaders, framing, requestId: id, peer: PEER });
    x.upstream = { method, url: `${protocol}//${host}${upstreamPath(spec, x.target)}`, headers };
  };
}

function masked(value: string): string {
  const scheme = /^(?:bearer|basic) /i.exec(value)?.[0] ?? "";
  return `${scheme}${MASK}`;
}
