// Lets a client in only on the routes that it may use (contract, section 12, `routes`).

import { replyFor } from "../../plan/replies.ts";
import type { Guard, RouteScopeSpec } from "../../plan/steps.ts";

const REFUSAL = replyFor("route_not_allowed");

export function routeScope({ routeId }: RouteScopeSpec): Guard {
  return function routeScope({ client }) {
    const routes = client?.access?.routes;
    return routes === undefined || routes.includes(routeId) ? undefined : REFUSAL;
  };
}
