// Checks the limits of clients: one that another limit makes useless.

import type { CompleteClient, CompleteConfig } from "../schema/defaults.ts";
import { clientPath } from "./clients.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Reports a limit on a client's requests in flight that the limit of the whole gateway makes useless. */
const inflightNeverBinds: Rule = (config, { report, known }) => {
  const whole = config.concurrency.downstream_max_inflight;
  const wholePath = ["concurrency", "downstream_max_inflight"];
  if (whole === undefined || !known(wholePath)) return;
  config.gateway_auth.clients.forEach(({ max_inflight }, index) => {
    if (max_inflight === undefined || max_inflight < whole) return;
    report({
      code: "rule/limit-never-binds",
      path: clientPath(index, "max_inflight"),
      message: '"max_inflight" has no effect: the whole gateway allows no more requests in flight than that',
      help: "lower it, or remove it",
      related: [{ path: wholePath, message: "the limit of the whole gateway" }],
    });
  });
};

/**
 * Reports a rate of a client that its routes never let it reach. On each route it may make `rate_limit.per_minute` requests. Both
 * count the same minutes, and a request that is refused there does not count here (contract, section 5).
 */
const rateNeverBinds: Rule = (config, context) => {
  const perRoute = config.rate_limit.per_minute;
  const perRoutePath = ["rate_limit", "per_minute"];
  if (perRoute === undefined || !context.known(perRoutePath)) return;
  config.gateway_auth.clients.forEach((client, index) => {
    const perMinute = client.rate_limit?.per_minute;
    const routes = routesOf(client, index, config, context);
    if (perMinute === undefined || routes === undefined || routes === 0 || perMinute < perRoute * routes) return;
    const why =
      routes === 1
        ? "its route allows it no more requests than that"
        : "its routes together allow it no more than that";
    context.report({
      code: "rule/limit-never-binds",
      path: clientPath(index, "rate_limit", "per_minute"),
      message: `"per_minute" of this client has no effect: ${why}`,
      help: "lower it, or raise the top-level `rate_limit`, which holds for each client and route",
      related: [{ path: perRoutePath, message: "the limit on each route" }],
    });
  });
};

/** How many routes a client may use; `undefined` where that is not known. */
function routesOf(
  { routes }: CompleteClient,
  client: number,
  config: CompleteConfig,
  { known }: RuleContext,
): number | undefined {
  if (routes === undefined) return known(["routes"]) ? config.routes.length : undefined;
  if (!routes.every((_, entry) => known(clientPath(client, "routes", entry)))) return undefined;
  return new Set(routes).size;
}

export const CLIENT_LIMIT_RULES: readonly Rule[] = [inflightNeverBinds, rateNeverBinds];
