// Keeps this process's own counts of limits that several processes share: for the time when it decides alone, and for figures.

import type { Exchange } from "../../plan/exchange.ts";
import type { Reply } from "../../plan/replies.ts";
import type { Step, StepKind, StepSpecs } from "../../plan/steps.ts";
import type { Clock } from "../clock.ts";
import { clientKey } from "../limits/client-key.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";
import { clientInflight } from "./client-inflight.ts";
import { clientRate } from "./client-rate.ts";
import { downstreamInflight } from "./downstream-inflight.ts";
import { rateLimit } from "./rate-limit.ts";

export interface LocalCounts {
  readonly routeRate: StepSpecs["rateLimit"] | undefined;
  readonly hasClientRate: boolean;
  readonly downstreamMax: number | undefined;
  /** The requests that a client may have in flight. @param key of the client */
  clientMax(key: string): number | undefined;
  /** Counts an exchange that is admitted, whatever the limits say. */
  count(x: Exchange): void;
  /** Asks for the rates of this process. @returns the reply that refuses */
  takeRates(x: Exchange): Reply | undefined;
  /** Asks for the slots of this process. @returns the reply that refuses */
  takeSlots(x: Exchange): Reply | undefined;
}

export function localCounts(steps: readonly Step[], limits: LimitsLease, clock: Clock): LocalCounts {
  const routeRate = specOf(steps, "rateLimit");
  const downstream = specOf(steps, "downstreamInflight");
  const clients = specOf(steps, "clientInflight");
  const hasClientRate = specOf(steps, "clientRate") !== undefined;

  const routeWindow = routeRate && limits.window(routeRate.routeId);
  const clientWindow = hasClientRate ? limits.clientWindow() : undefined;
  const downstreamCounter = downstream && limits.downstream(downstream.max);
  const clientCounters = new Map(
    clients?.clients.map(({ id, max }) => [clientKey(id), { max, counter: limits.client(clientKey(id), max) }]),
  );

  const rates = [
    routeRate && rateLimit(routeRate, limits, clock),
    hasClientRate ? clientRate(limits, clock) : undefined,
  ];
  const slots = [downstream && downstreamInflight(downstream, limits), clients && clientInflight(clients, limits)];
  const ask = (guards: readonly (ReturnType<typeof rateLimit> | undefined)[], x: Exchange): Reply | undefined => {
    for (const guard of guards) {
      const verdict = guard?.(x);
      // These guards never have to wait.
      if (verdict !== undefined && !(verdict instanceof Promise)) return verdict;
    }
    return undefined;
  };

  return {
    routeRate,
    hasClientRate,
    downstreamMax: downstream?.max,
    clientMax: (key) => clientCounters.get(key)?.max,
    count(x) {
      const now = clock.now();
      const { client } = x;
      routeWindow?.take(client?.id ?? "", Number.POSITIVE_INFINITY, now);
      if (client?.access?.ratePerMinute !== undefined) clientWindow?.take(client.id, Number.POSITIVE_INFINITY, now);
      for (const counter of [downstreamCounter, client && clientCounters.get(client.id)?.counter]) {
        if (counter === undefined) continue;
        counter.charge();
        x.hold(() => counter.release());
      }
    },
    takeRates: (x) => ask(rates, x),
    takeSlots: (x) => ask(slots, x),
  };
}

function specOf<K extends StepKind>(steps: readonly Step[], kind: K): Readonly<StepSpecs[K]> | undefined {
  return (steps.find((step) => step.kind === kind) as Step<K> | undefined)?.spec;
}
