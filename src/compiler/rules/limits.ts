// Checks the limits on requests in flight, and the queue in front of them.

import { injectsKey } from "../lower/upstream-key.ts";
import { quote, routeLabel, upstreamLabel } from "../schema/labels.ts";
import type { Report, Rule, RuleContext } from "./rule.ts";
import { eachUpstream, forAllSharing, type UpstreamVisit } from "./walks.ts";

/** Reports a limit of an upstream that the limit of the whole gateway makes useless. */
const limitNeverBinds: Rule = (config, { report, known }) => {
  const { downstream_max_inflight: whole, upstream_per_key_max_inflight: perKey } = config.concurrency;
  if (whole === undefined || !known(["concurrency", "downstream_max_inflight"])) return;
  const check = (limit: number | undefined, path: Report["path"]): void => {
    if (limit === undefined || limit < whole) return;
    const name = quote(String(path.at(-1)));
    report({
      code: "rule/limit-never-binds",
      path,
      message: `${name} has no effect: the whole gateway allows no more requests in flight than that`,
      help: "lower it, or remove it",
      related: [{ path: ["concurrency", "downstream_max_inflight"], message: "the limit of the whole gateway" }],
    });
  };
  check(perKey, ["concurrency", "upstream_per_key_max_inflight"]);
  for (const { upstream, pathOf } of eachUpstream(config)) {
    check(upstream.upstream_key_max_inflight, pathOf("upstream_key_max_inflight"));
  }
};

/**
 * Reports a limit per upstream key that is set on a route without a key: all requests of the route count together. A limit
 * that comes from `upstream_defaults` or `concurrency` is not reported: it is meant for the routes that have a key.
 */
const upstreamKeyMissing: Rule = (config, { report, known, file }) => {
  for (const visit of eachUpstream(config)) {
    const { upstream, inherits, route } = visit;
    if (upstream.upstream_key_max_inflight === undefined || inherits("upstream_key_max_inflight")) continue;
    if (!forAllSharing(visit, "upstream_key_max_inflight", (one) => getsNoKey(one, known))) continue;
    const sharing = visit.sharing("upstream_key_max_inflight");
    const label =
      route.pooled && sharing.length === 1 ? upstreamLabel(visit.path, file) : routeLabel(visit.index, file);
    report({
      code: "rule/upstream-key-missing",
      path: visit.pathOf("upstream_key_max_inflight"),
      at: "key",
      message: `"upstream_key_max_inflight" counts per upstream key, but ${label} injects none: all its requests count together`,
      help: "inject a key, or limit all routes with concurrency.upstream_per_key_max_inflight",
    });
  }
};

function getsNoKey({ upstream, pathOf }: UpstreamVisit, known: RuleContext["known"]): boolean {
  const headers = pathOf("inject_headers");
  const names = upstream.inject_headers.map((_, at) => known([...headers, at]));
  return known(headers) && !names.includes(false) && !injectsKey(upstream);
}

const QUEUE = ["concurrency", "queue"];

/** Reports a queue without an upstream limit: no request ever waits. */
const queueWithoutLimit: Rule = (config, { report }) => {
  if (config.concurrency.queue === undefined || hasUpstreamLimit(config)) return;
  report({
    code: "rule/queue-unused",
    path: QUEUE,
    at: "key",
    message: "the queue has no effect: there is no upstream limit to wait for",
    help: "set upstream_per_key_max_inflight, or remove the queue",
  });
};

/** Reports a queue in which no request may wait. */
const queueWithoutRoom: Rule = (config, { report, known, written }) => {
  const maxWaiting = [...QUEUE, "max_waiting"];
  if (config.concurrency.queue?.max_waiting !== 0 || !hasUpstreamLimit(config) || !known(maxWaiting)) return;
  report({
    code: "rule/queue-unused",
    ...(written(maxWaiting) ? { path: maxWaiting, at: "value" } : { path: QUEUE, at: "key" }),
    message: "the queue has no effect: max_waiting is 0, so no request may wait",
    help: "raise max_waiting, or remove the queue",
  });
};

function hasUpstreamLimit(config: Parameters<Rule>[0]): boolean {
  if (config.concurrency.upstream_per_key_max_inflight !== undefined) return true;
  return [...eachUpstream(config)].some(({ upstream }) => upstream.upstream_key_max_inflight !== undefined);
}

export const LIMIT_RULES: readonly Rule[] = [limitNeverBinds, upstreamKeyMissing, queueWithoutLimit, queueWithoutRoom];
