// How many requests a minute may a token make on a route?

import type { Lowerer } from "./lowerer.ts";

export const lowerRateLimit: Lowerer<"rateLimit"> = ({ rate_limit: { per_minute } }) => {
  return ({ id }) => (per_minute === undefined ? undefined : { routeId: id, perMinute: per_minute });
};
