// Describes a whole gateway as data. The compiler makes it from a config. It can be printed and compared; nothing in it runs.

import type { ForwardSpec } from "./forward.ts";
import type { LoggingSpec, MetricsSpec, TracingSpec } from "./observability.ts";
import type { ResponseFormatSpec } from "./response-format.ts";
import type { RedisSpec } from "./shared-state.ts";
import type { ClientSpec, Step } from "./steps.ts";
import type { ChargingSpec, LedgerSpec } from "./usage.ts";

/** Where certificate and key are (contract, section 9). Relative paths are taken from the working directory. */
export interface TlsSpec {
  readonly certPath: string;
  readonly keyPath: string;
  /** The pair is made when both files are missing. */
  readonly selfSigned: boolean;
  /** CA certificates in PEM format. Each client must show a certificate of one of them; `undefined`: clients show none. */
  readonly clientCaPath: string | undefined;
}

/** The settings of the server and of the process, apart from the routes. */
export interface ServerSpec {
  readonly listen: { readonly host: string; readonly port: number };
  /** Clients speak TLS; `undefined`: they don't. */
  readonly tls: TlsSpec | undefined;
  /** The longest time in which a client may take nothing of a response that waits for it, ms; 0 = any. */
  readonly sendTimeoutMs: number;
  readonly logging: LoggingSpec;
  /** `undefined`: nothing is counted. */
  readonly metrics: MetricsSpec | undefined;
  readonly tracing: TracingSpec | undefined;
  /** Where usage is written; `undefined`: nowhere, since `usage` is off. */
  readonly ledger: LedgerSpec | undefined;
  readonly shutdown: {
    /** How long the gateway goes on serving while `/readyz` already says it is draining, ms. */
    readonly graceMs: number;
    /** How long exchanges may take to finish after that, ms. */
    readonly drainTimeoutMs: number;
  };
  /** A changed file is applied without a signal. */
  readonly watch: boolean;
  /** Where counts are kept that several processes share; `undefined`: each process has its own. */
  readonly redis: RedisSpec | undefined;
  /** How many processes serve. `auto`: as many as the machine runs at one time. */
  readonly workers: number | "auto";
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
  readonly responseFormat: ResponseFormatSpec;
  /** How usage becomes costs and charges; `undefined`: nothing is metered, since `usage` is off. */
  readonly charging: ChargingSpec | undefined;
}

/** The clients of the config, in its order. */
export function clientsOf({ routes }: Blueprint): ClientSpec[] {
  const byId = new Map<string, ClientSpec>();
  // Every route has the same tokens, so the first one is asked.
  for (const step of routes[0]?.steps ?? []) {
    if (step.kind !== "auth") continue;
    for (const { client } of step.spec.tokens) if (client !== undefined) byId.set(client.id, client);
  }
  return [...byId.values()];
}

/** The limits that hold on a route; `undefined` where there is none. */
export interface RouteLimits {
  readonly ratePerMinute: number | undefined;
  readonly downstreamMax: number | undefined;
  readonly upstreamMax: number | undefined;
  readonly queueMaxWaiting: number | undefined;
  /** Longest wait in the queue, ms. */
  readonly queueTimeoutMs: number | undefined;
}

/** Collects the limits of a route from its steps and its upstream. */
export function limitsOf({ steps, forward }: RouteBlueprint): RouteLimits {
  const limit = forward.upstreams[0]?.limit;
  return {
    ratePerMinute: steps.find((step) => step.kind === "rateLimit")?.spec.perMinute,
    downstreamMax: steps.find((step) => step.kind === "downstreamInflight")?.spec.max,
    upstreamMax: limit?.max,
    queueMaxWaiting: limit?.maxWaiting,
    queueTimeoutMs: limit?.timeoutMs,
  };
}
