// Makes requests with limits for tests of the shared counts.

import type { AdmissionRequest } from "../../src/runtime/limits/shared/shared-counts.ts";

let ids = 0;

/** A request with a new id, without any limits but those given. */
export function request(limits: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    id: `id-${++ids}`,
    subject: "client alice",
    routeRate: undefined,
    ratePerMinute: undefined,
    use: undefined,
    downstreamMax: undefined,
    subjectMax: undefined,
    gate: undefined,
    ...limits,
  };
}

/** Limits of each kind. Each of them leaves room for 2 requests, if the others are taken away. */
export const EVERY_LIMIT = {
  routeRate: { routeId: "chat", perMinute: 2 },
  ratePerMinute: 2,
  use: {
    estimate: { tokens: 100, ticks: 50 },
    limits: {
      tokensPerMinute: 250,
      budgets: [
        { per: "day", maxTicks: 100, maxTokens: undefined },
        { per: "week", maxTicks: undefined, maxTokens: 200 },
        { per: "month", maxTicks: 149, maxTokens: undefined },
        { per: "total", maxTicks: undefined, maxTokens: 299 },
      ],
    },
  },
  downstreamMax: 2,
  subjectMax: 2,
  gate: { key: "chat\nabc", max: 2 },
} as const satisfies Partial<AdmissionRequest>;
