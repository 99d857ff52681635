// Converts a config without errors to its blueprint (compilers call this "lowering"). Each kind of step has one function for it.

import type { Blueprint } from "../../plan/blueprint.ts";
import { STEP_ORDER, type Step, type StepKind, type StepSpecs } from "../../plan/steps.ts";
import type { CompleteConfig, CompleteRoute } from "../schema/defaults.ts";
import { lowerAuth, lowerClientInflight } from "./auth.ts";
import { lowerCors } from "./cors.ts";
import { lowerForward } from "./forward.ts";
import type { ReadEnv } from "./proxy-env.ts";
import { lowerServer } from "./server.ts";
import { hasBudgets, lowerBudgetStep, lowerCharging } from "./usage.ts";

/**
 * Makes the spec of one kind of step; `undefined` where the feature is not configured.
 * It takes the whole config once, and returns a function that takes each route. Routes that get the same spec object also share
 * the guard that is made from it.
 */
type Lowerer<K extends StepKind> = (config: CompleteConfig) => (route: CompleteRoute) => StepSpecs[K] | undefined;

/** A kind of step that is missing here does not compile. */
const LOWERERS: { readonly [K in StepKind]: Lowerer<K> } = {
  cors: (config) => same(lowerCors(config)),
  auth: (config) => same(lowerAuth(config)),
  routeScope: ({ gateway_auth: { clients } }) => {
    const scoped = clients.some(({ routes }) => routes !== undefined);
    return ({ id }) => (scoped ? { routeId: id } : undefined);
  },
  webSocket: () => {
    const [on, off] = [Object.freeze({ enabled: true }), Object.freeze({ enabled: false })];
    return ({ members }) => (members[0]?.upstream.websocket ? on : off);
  },
  rateLimit: ({ rate_limit: { per_minute: perMinute } }) => {
    return ({ id }) => (perMinute === undefined ? undefined : { routeId: id, perMinute });
  },
  clientRate: ({ gateway_auth: { clients } }) =>
    same(clients.some(({ rate_limit }) => rate_limit?.per_minute !== undefined) ? Object.freeze({}) : undefined),
  modelScope: ({ gateway_auth: { clients }, models: { scan_bytes: scanBytes } }) =>
    clients.some(({ models }) => models !== undefined)
      ? ({ members }) => ({ scanBytes, idleMs: members[0]?.upstream.stream_idle_timeout_ms ?? 0 })
      : () => undefined,
  budget: (config) => {
    const limited = config.gateway_auth.clients.some(hasBudgets);
    return (route) => (limited ? lowerBudgetStep(config, route) : undefined);
  },
  downstreamInflight: ({ concurrency: { downstream_max_inflight: max } }) =>
    same(max === undefined ? undefined : { max }),
  clientInflight: (config) => same(lowerClientInflight(config)),
};

/** One spec for all routes. */
function same<T>(spec: T): () => T {
  return () => spec;
}

/** The blueprint of a config that has no errors. @param env for upstreams with `proxy: env` */
export function lower(config: CompleteConfig, env: ReadEnv): Blueprint {
  const steps = STEP_ORDER.map((kind) => stepLowerer(kind, config));
  const forward = lowerForward(config, env);
  const routes = config.routes.map((route) => ({
    id: route.id,
    prefix: route.prefix,
    steps: steps.map((lowerStep) => lowerStep(route)).filter((step) => step !== undefined),
    forward: forward(route),
  }));
  const responseFormat = { format: config.errors.format, cors: lowerCors(config) };
  return { server: lowerServer(config), routes, responseFormat, charging: lowerCharging(config.usage) };
}

function stepLowerer(kind: StepKind, config: CompleteConfig): (route: CompleteRoute) => Step | undefined {
  const lowerSpec = LOWERERS[kind](config);
  return (route) => {
    const spec = lowerSpec(route);
    // The type of LOWERERS makes the pair right. The compiler can't follow the union through it.
    return spec && ({ kind, spec } as Step);
  };
}
