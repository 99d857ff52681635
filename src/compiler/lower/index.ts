// What does a config come to? One lowerer per step, in the order of the steps: a kind without one fails to compile.

import type { Blueprint } from "../../plan/blueprint.ts";
import { STEP_ORDER, type Step, type StepKind } from "../../plan/steps.ts";
import type { CompleteConfig, CompleteRoute } from "../defaults.ts";
import { upstreamKeySha256 } from "../upstream-key.ts";
import { lowerAnswers } from "./answers.ts";
import { lowerAuth } from "./auth.ts";
import { lowerCors } from "./cors.ts";
import { lowerDownstreamInflight } from "./downstream-inflight.ts";
import { lowerForward } from "./forward.ts";
import type { Lowerer } from "./lowerer.ts";
import { lowerRateLimit } from "./rate-limit.ts";
import { lowerServer } from "./server.ts";
import { lowerUpstreamInflight } from "./upstream-inflight.ts";

const LOWERERS: { readonly [K in StepKind]: Lowerer<K> } = {
  cors: lowerCors,
  auth: lowerAuth,
  rateLimit: lowerRateLimit,
  downstreamInflight: lowerDownstreamInflight,
  upstreamInflight: lowerUpstreamInflight,
};

/** The blueprint of a config that has no errors. */
export function lower(config: CompleteConfig): Blueprint {
  const steps = STEP_ORDER.map((kind) => stepLowerer(kind, config));
  const forward = lowerForward(config);
  const routes = config.routes.map((route) => ({
    id: route.id,
    prefix: route.prefix,
    keySha256: upstreamKeySha256(route.upstream.inject_headers),
    steps: steps.map((lowerStep) => lowerStep(route)).filter((step) => step !== undefined),
    forward: forward(route),
  }));
  return { server: lowerServer(config), routes, answers: lowerAnswers(config) };
}

function stepLowerer(kind: StepKind, config: CompleteConfig): (route: CompleteRoute) => Step | undefined {
  const lowerSpec = LOWERERS[kind](config);
  return (route) => {
    const spec = lowerSpec(route);
    // The pair is right by the type of LOWERERS; the compiler can't follow the union through it.
    return spec && ({ kind, spec } as Step);
  };
}
