// What did the compiler make of a config? The whole gateway as data: printable, comparable, nothing running in it.

import type { ForwardSpec } from "./forward.ts";
import type { LoggingSpec, MetricsSpec, TracingSpec } from "./observability.ts";
import type { Step } from "./steps.ts";

/** What the host needs to know besides the routes. */
export interface ServerSpec {
  readonly listen: { readonly host: string; readonly port: number };
  readonly logging: LoggingSpec;
  /** Nothing is counted without it. */
  readonly metrics: MetricsSpec | undefined;
  readonly tracing: TracingSpec | undefined;
  readonly shutdown: {
    /** How long all goes on while `/readyz` already says draining, ms. */
    readonly graceMs: number;
    /** How long exchanges may take to finish after that, ms. */
    readonly drainTimeoutMs: number;
  };
}

export interface RouteBlueprint {
  readonly id: string;
  readonly prefix: string;
  /** In `STEP_ORDER`. A feature that is not configured has no step. */
  readonly steps: readonly Step[];
  readonly forward: ForwardSpec;
}

export interface Blueprint {
  readonly server: ServerSpec;
  readonly routes: readonly RouteBlueprint[];
}
