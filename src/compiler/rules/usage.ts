// Checks how the usage of routes is read: settings without an effect, and routes that the budgets of clients do not count.

import { isLoopback, isPrivate } from "../lower/address.ts";
import type { CompleteConfig, CompleteMember } from "../schema/defaults.ts";
import { clientLabel, routeLabel } from "../schema/labels.ts";
import { clientPath } from "./clients.ts";
import type { Report, Rule, RuleContext } from "./rule.ts";
import { eachRoute, type UpstreamVisit } from "./walks.ts";

/** The first upstream of each route. It stands for all of them: usage belongs to the route. */
function* eachFirst(config: CompleteConfig): Generator<UpstreamVisit> {
  for (const [first] of eachRoute(config)) if (first !== undefined) yield first;
}

const USAGE_KEYS = ["usage", "on_client_abort", "drain_limit"] as const;

/**
 * Reports a setting once for each place where it is written, if it has no effect on any of the routes that take it from there.
 * @param whyUseless what to report for a route; `undefined` where the setting has an effect on it
 */
function reportUseless(
  config: CompleteConfig,
  { report, known, written }: RuleContext,
  key: (typeof USAGE_KEYS)[number],
  whyUseless: (upstream: CompleteMember["upstream"], visit: UpstreamVisit) => Report | undefined,
): void {
  const reports = new Map<string, Report | undefined>();
  for (const visit of eachFirst(config)) {
    const path = visit.pathOf(key);
    const place = path.join("/");
    // In an item of `upstreams` the key is an error already.
    if (!written(path) || path.includes("upstreams")) continue;
    // One route on which it has an effect is enough.
    if (reports.has(place) && reports.get(place) === undefined) continue;
    const isKnown = USAGE_KEYS.every((one) => known(visit.pathOf(one)));
    reports.set(place, isKnown ? whyUseless(visit.upstream, visit) : undefined);
  }
  for (const found of reports.values()) if (found !== undefined) report(found);
}

const CODE = "rule/usage-unused";

/**
 * Reports settings of a route without `usage.enabled`. `enabled: false` says that it is meant to be off: then only `drain` is reported,
 * since it goes on costing money.
 */
const routeUsageOff: Rule = (config, context) => {
  const { known, written } = context;
  const enabled = ["usage", "enabled"];
  if (config.usage.enabled || !known(enabled)) return;
  const help = "write `enabled: true` in the top-level `usage`, or remove it";
  if (!written(enabled)) {
    reportUseless(config, context, "usage", (_upstream, { pathOf }) => ({
      code: CODE,
      path: pathOf("usage"),
      at: "key",
      message: '"usage" of a route has no effect: "usage.enabled" is not set at the top level',
      help,
    }));
  }
  reportUseless(config, context, "on_client_abort", ({ on_client_abort }, { pathOf }) => {
    if (on_client_abort !== "drain") return undefined;
    const message = '"drain" costs money for nothing: "usage.enabled" is not true, so no usage is counted';
    return { code: CODE, path: pathOf("on_client_abort"), message, help };
  });
};

/** Reports settings that the form of the route makes useless. */
const formExcludes: Rule = (config, context) => {
  if (!config.usage.enabled || !context.known(["usage", "enabled"])) return;
  reportUseless(config, context, "usage", ({ usage: { form, ask } }, { pathOf }) => {
    if (!ask || form === "auto" || form === "openai" || !context.known(pathOf("usage", "form"))) return undefined;
    const why = form === "none" ? "the route is not metered" : "only streams in OpenAI's form can be asked";
    const help = form === "none" ? "remove it, or `form: none`" : "remove it, or write `form: openai`";
    return { code: CODE, path: pathOf("usage", "ask"), message: `"ask" has no effect: ${why}`, help };
  });
  reportUseless(config, context, "on_client_abort", ({ on_client_abort, usage: { form } }, { pathOf }) => {
    if (on_client_abort !== "drain" || form !== "none" || !context.known(pathOf("usage", "form"))) return undefined;
    const message = '"drain" costs money for nothing: the route is not metered';
    const help = "remove it, or `form: none`";
    return { code: CODE, path: pathOf("on_client_abort"), message, help };
  });
};

/** Reports limits of a drain on routes that never drain. */
const drainLimitUnused: Rule = (config, context) => {
  reportUseless(config, context, "drain_limit", ({ on_client_abort }, { pathOf }) => {
    if (on_client_abort === "drain") return undefined;
    const message = '"drain_limit" has no effect: when a client leaves, its request is cancelled';
    const help = "add `on_client_abort: drain`, or remove it";
    return { code: CODE, path: pathOf("drain_limit"), at: "key", message, help };
  });
};

/**
 * Reports a route that is not metered, where a client with budgets may use it. Models on this machine or in a private network
 * cost nothing per token, so their routes are left alone.
 */
const unmeteredRoute: Rule = (config, { report, known, file }) => {
  const { clients } = config.gateway_auth;
  if (!config.usage.enabled || !known(["usage", "enabled"])) return;
  const limited = clients.flatMap(({ budgets = [], rate_limit, routes, enabled }, index) =>
    enabled && (budgets.length > 0 || rate_limit?.tokens_per_minute !== undefined)
      ? [{ index, routes, key: budgets.length > 0 ? "budgets" : "rate_limit" }]
      : [],
  );
  const ofAll = limited.find(({ routes }) => routes === undefined);
  // The first one that lists a route stays.
  const byRoute = new Map(limited.toReversed().flatMap((client) => (client.routes ?? []).map((id) => [id, client])));
  for (const upstreams of eachRoute(config)) {
    const [first] = upstreams;
    if (first === undefined || first.upstream.usage.form !== "none" || !known(first.pathOf("usage", "form"))) continue;
    if (upstreams.every(isOwn)) continue;
    const client = ofAll ?? byRoute.get(first.route.id);
    if (client === undefined || !known(["routes", first.index, "id"])) continue;
    report({
      code: "rule/unmetered-route",
      path: first.pathOf("usage", "form"),
      message: `the limits of ${clientLabel(client.index, file)} do not count what it uses on ${routeLabel(first.index, file)}: the route is not metered`,
      help: "remove `form: none`, or list the `routes` of the client without this one",
      related: [{ path: clientPath(client.index, client.key), message: "the limits of this client" }],
    });
  }
};

/** Whether an upstream is on this machine or in a private network. */
function isOwn({ baseUrl }: UpstreamVisit): boolean {
  return baseUrl.ok && (isLoopback(baseUrl.target.hostname) || isPrivate(baseUrl.target.hostname));
}

export const USAGE_RULES: readonly Rule[] = [routeUsageOff, formExcludes, drainLimitUnused, unmeteredRoute];
