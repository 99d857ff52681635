// What does a config come to? One lowerer per step, in the order of the steps: a kind without one fails to compile.

import type { Blueprint } from "../../plan/blueprint.ts";
import { STEP_ORDER, type Step, type StepKind } from "../../plan/steps.ts";
import type { CompleteConfig, CompleteRoute } from "../schema/defaults.ts";
import { lowerAuth } from "./auth.ts";
import { lowerCors } from "./cors.ts";
import { lowerDownstreamInflight } from "./downstream-inflight.ts";
import { lowerForward } from "./forward.ts";
import type { Lowerer } from "./lowerer.ts";
import { lowerRateLimit } from "./rate-limit.ts";
import { lowerResponseFormat } from "./response-format.ts";
import { lowerServer } from "./server.ts";
import { lowerUpstreamInflight } from "./upstream-inflight.ts";
import { upstreamKeyDigest } from "./upstream-key.ts";

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
    keyDigest: upstreamKeyDigest(route.upstream.inject_headers),
    steps: steps.map((lowerStep) => lowerStep(route)).filter((step) => step !== undefined),
    forward: forward(route),
  }));
  return { server: lowerServer(config), routes, responseFormat: lowerResponseFormat(config) };
}

function stepLowerer(kind: StepKind, config: CompleteConfig): (route: CompleteRoute) => Step | undefined {
  const lowerSpec = LOWERERS[kind](config);
  return (route) => {
    const spec = lowerSpec(route);
    // The pair is right by the type of LOWERERS; the compiler can't follow the union through it.
    return spec && ({ kind, spec } as Step);
  };
}
