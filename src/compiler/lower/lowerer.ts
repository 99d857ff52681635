// What is a lowerer? Config in, the spec of one step out; nothing where the feature is not configured.

import type { StepKind, StepSpecs } from "../../plan/steps.ts";
import type { CompleteConfig, CompleteRoute } from "../schema/defaults.ts";

/** Takes the whole config once, then each route: what all routes share is worked out once. */
export type Lowerer<K extends StepKind> = (
  config: CompleteConfig,
) => (route: CompleteRoute) => StepSpecs[K] | undefined;
