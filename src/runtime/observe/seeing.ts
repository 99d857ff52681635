// What is there to be seen of a gateway? Put together from its blueprint; what is not configured is not even loaded.

import type { Blueprint } from "../../plan/blueprint.ts";
import { metricsEndpoints } from "../admin/metrics.ts";
import { readPage } from "../admin/ui.ts";
import type { Clock } from "../clock.ts";
import type { Seeing } from "../host.ts";
import type { State } from "../state/state.ts";
import { Meters } from "./meters.ts";
import { NOBODY, type ReloadResult, tellBoth } from "./observer.ts";
import { summarise } from "./summary.ts";

export interface SeeingParts {
  readonly state: State;
  readonly clock: Clock;
  readonly version: string;
}

export interface OpenSeeing extends Seeing {
  /** A reload was tried. */
  reloaded(result: ReloadResult): void;
  /** This is served from now on: its routes and limits are what the figures are shown against. */
  adopt(blueprint: Blueprint): void;
  /** Lets go of what is left to be sent. Bounded in time; never throws. */
  close(): Promise<void>;
}

const NOTHING: OpenSeeing = {
  observer: NOBODY,
  endpoints: undefined,
  reloaded: () => {},
  adopt: () => {},
  close: async () => {},
};

export async function openSeeing(blueprint: Blueprint, parts: SeeingParts): Promise<OpenSeeing> {
  const counting = await openMetrics(blueprint, parts);
  const tracing = await openTracing(blueprint, parts);
  return {
    observer: tellBoth(counting.observer, tracing.observer),
    endpoints: counting.endpoints,
    reloaded: counting.reloaded,
    adopt: counting.adopt,
    close: tracing.close,
  };
}

async function openMetrics(blueprint: Blueprint, { state, clock, version }: SeeingParts): Promise<OpenSeeing> {
  const { metrics } = blueprint.server;
  if (metrics === undefined) return NOTHING;
  const { prometheusText } = await import("./prometheus.ts");
  const meters = new Meters(blueprint, clock);
  const waiting = () => state.waiting();
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

async function openTracing({ server }: Blueprint, { version }: SeeingParts): Promise<OpenSeeing> {
  if (server.tracing === undefined) return NOTHING;
  const { startTracing } = await import("./tracing.ts");
  return { ...NOTHING, ...(await startTracing(server.tracing, version)) };
}
