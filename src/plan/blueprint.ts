// What did the compiler make of a config? The whole gateway as data: printable, comparable, nothing running in it.

import type { ForwardSpec } from "./forward.ts";
import type { LoggingSpec, MetricsSpec, TracingSpec } from "./observability.ts";
import type { ResponseFormatSpec } from "./response-format.ts";
import type { Digest } from "./secret.ts";
import type { Step } from "./steps.ts";

/** Where certificate and key are (contract, section 9). Relative paths are taken from the working directory. */
export interface TlsSpec {
  readonly certPath: string;
  readonly keyPath: string;
  /** Made when both files are missing. */
  readonly selfSigned: boolean;
}

/** What the host needs to know besides the routes. */
export interface ServerSpec {
  readonly listen: { readonly host: string; readonly port: number };
  /** Clients speak TLS; `undefined`: they don't. */
  readonly tls: TlsSpec | undefined;
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
  /** A changed file is taken up without a signal. */
  readonly watch: boolean;
}

export interface RouteBlueprint {
  readonly id: string;
  readonly prefix: string;
  /** Of the upstream key, where one is injected: what its in-flight limit counts by. */
  readonly keyDigest: Digest | undefined;
  /** In `STEP_ORDER`. A feature that is not configured has no step. */
  readonly steps: readonly Step[];
  readonly forward: ForwardSpec;
}

export interface Blueprint {
  readonly server: ServerSpec;
  readonly routes: readonly RouteBlueprint[];
  readonly responseFormat: ResponseFormatSpec;
}
