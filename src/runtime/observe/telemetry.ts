// What is there to be seen of a gateway? Put together from its blueprint; what is not configured is not even loaded.

import type { Blueprint } from "../../plan/blueprint.ts";
import type { Clock } from "../clock.ts";
import { metricsEndpoints } from "../endpoints/metrics.ts";
import { readPage } from "../endpoints/ui.ts";
import { combineObservers, noopObserver, type ReloadResult } from "../exchange/observer.ts";
import type { Telemetry } from "../host.ts";
import type { Limits } from "../limits/limits.ts";
import { Meters } from "./metrics/meters.ts";
import { summarise } from "./metrics/summary.ts";

export interface TelemetryParts {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly version: string;
}

export interface RunningTelemetry extends Telemetry {
  /** A reload was tried. */
  reloaded(result: ReloadResult): void;
  /** This is served from now on: its routes and limits are what the figures are shown against. */
  adopt(blueprint: Blueprint): void;
  /** Lets go of what is left to be sent. Bounded in time; never throws. */
  close(): Promise<void>;
}

const NOTHING: RunningTelemetry = {
  observer: noopObserver,
  endpoints: undefined,
  reloaded: () => {},
  adopt: () => {},
  close: async () => {},
};

export async function startTelemetry(blueprint: Blueprint, parts: TelemetryParts): Promise<RunningTelemetry> {
  const counting = await openMetrics(blueprint, parts);
  const tracing = await openTracing(blueprint, parts);
  return {
    observer: combineObservers(counting.observer, tracing.observer),
    endpoints: counting.endpoints,
    reloaded: counting.reloaded,
    adopt: counting.adopt,
    close: tracing.close,
  };
}

async function openMetrics(
  blueprint: Blueprint,
  { limits, clock, version }: TelemetryParts,
): Promise<RunningTelemetry> {
  const { metrics } = blueprint.server;
  if (metrics === undefined) return NOTHING;
  const { prometheusText } = await import("./metrics/prometheus.ts");
  const meters = new Meters(blueprint, clock);
  const waiting = () => limits.waiting();
  const endpoints = metricsEndpoints(metrics, {
    prometheus: prometheusText(meters, { version, waiting }),
    summary: () => summarise(meters, { version, now: clock.now(), waiting: waiting() }),
    page: readPage(),
  });
  return {
    ...NOTHING,
    observer: meters,
    endpoints,
    reloaded: (result) => meters.reloaded(result),
    adopt: (next) => meters.adopt(next),
  };
}

async function openTracing({ server }: Blueprint, { version }: TelemetryParts): Promise<RunningTelemetry> {
  if (server.tracing === undefined) return NOTHING;
  const { startTracing } = await import("./traces/tracing.ts");
  return { ...NOTHING, ...(await startTracing(server.tracing, version)) };
}
