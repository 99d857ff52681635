// Says in one line what a config without errors and warnings means, so that its author sees whether it was understood.

import type { Blueprint } from "../../plan/blueprint.ts";
import { hostPort } from "../../plan/host-port.ts";
import { count } from "../report/report.ts";

/** For example `2 routes, 1 pool of 3 upstreams, 1 token, listens on 127.0.0.1:8080`. @param tests how many tests of the config have passed */
export function understood({ server, routes }: Blueprint, tests: number): string {
  const { listen, tls, metrics } = server;
  return [
    count(routes.length, "route"),
    ...pools(routes),
    count(tokens(routes), "token"),
    `listens on ${hostPort(listen)}${tls === undefined ? "" : " with TLS"}`,
    ...(metrics === undefined
      ? []
      : [`metrics at ${metrics.listen === undefined ? "" : hostPort(metrics.listen)}${metrics.path}`]),
    ...(tests === 0 ? [] : [`${count(tests, "test")} passed`]),
  ].join(", ");
}

/** The pools and how many upstreams they have together. A route with a single upstream has no pool. */
function pools(routes: Blueprint["routes"]): string[] {
  const sizes = routes.flatMap(({ forward }) => (forward.pool === undefined ? [] : [forward.upstreams.length]));
  const upstreams = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length === 0) return [];
  return [`${count(sizes.length, "pool")} ${sizes.length === 1 ? "of" : "with"} ${count(upstreams, "upstream")}`];
}

/** How many different tokens the routes accept. */
function tokens(routes: Blueprint["routes"]): number {
  const auth = routes.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === "auth" ? step.spec.tokens : [])));
  return new Set(auth.map(({ digest }) => digest.reveal())).size;
}
