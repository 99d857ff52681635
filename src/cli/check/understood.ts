// Says in one line what a config without errors and warnings means, so that its author sees whether it was understood.

import type { Blueprint } from "../../plan/blueprint.ts";
import { hostPort } from "../../plan/host-port.ts";
import type { TokenSpec } from "../../plan/steps.ts";
import { count } from "../report/report.ts";

/** For example `2 routes, 1 pool of 3 upstreams, 2 clients, 3 budgets, 4 tokens, listens on 127.0.0.1:8080, ledger in usage`. @param tests how many tests of the config have passed */
export function understood({ server, routes }: Blueprint, tests: number): string {
  const { listen, tls, metrics, ledger } = server;
  return [
    count(routes.length, "route"),
    ...pools(routes),
    ...clients(routes),
    count(tokens(routes).length, "token"),
    `listens on ${hostPort(listen)}${tls === undefined ? "" : " with TLS"}`,
    ...(metrics === undefined
      ? []
      : [`metrics at ${metrics.listen === undefined ? "" : hostPort(metrics.listen)}${metrics.path}`]),
    ...(ledger === undefined ? [] : [`ledger in ${ledger.dir}`]),
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

/** How many clients there are, those included that are shut out, and how many budgets they have. What there is none of is not mentioned. */
function clients(routes: Blueprint["routes"]): string[] {
  const found = new Set(tokens(routes).flatMap(({ client }) => client ?? []));
  const budgets = [...found].reduce((sum, { access }) => sum + access.budgets.length, 0);
  return [
    ...(found.size === 0 ? [] : [count(found.size, "client")]),
    ...(budgets === 0 ? [] : [count(budgets, "budget")]),
  ];
}

/** The tokens of all clients and of none. Every route has the same. */
function tokens([route]: Blueprint["routes"]): readonly TokenSpec[] {
  return route?.steps.flatMap((step) => (step.kind === "auth" ? step.spec.tokens : [])) ?? [];
}
