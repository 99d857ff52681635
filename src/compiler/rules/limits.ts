// Checks the limits on requests in flight, and the queue in front of them.

import { upstreamKey } from "../lower/upstream-key.ts";
import { quote, routeLabel } from "../schema/labels.ts";
import type { Report, Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

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
      help: "lower it, or drop it",
      related: [{ path: ["concurrency", "downstream_max_inflight"], message: "the limit of the whole gateway" }],
    });
  };
  check(perKey, ["concurrency", "upstream_per_key_max_inflight"]);
  for (const { upstream, path } of eachUpstream(config)) {
    check(upstream.upstream_key_max_inflight, [...path, "upstream_key_max_inflight"]);
  }
};

/** Reports an upstream limit on an upstream without a key: the limit counts per key. */
const upstreamKeyMissing: Rule = (config, { report, known, file }) => {
  const perKey = config.concurrency.upstream_per_key_max_inflight;
  for (const { upstream, path, index } of eachUpstream(config)) {
    const own = upstream.upstream_key_max_inflight !== undefined;
    if (!own && perKey === undefined) continue;
    const headers = [...path, "inject_headers"];
    const allKnown = upstream.inject_headers.every(
      (_, at) => known([...headers, at, "value"]) && known([...headers, at, "name"]),
    );
    if (!allKnown || !known(headers) || upstreamKey(upstream.inject_headers) !== undefined) continue;
    const limit = own ? [...path, "upstream_key_max_inflight"] : ["concurrency", "upstream_per_key_max_inflight"];
    if (!known(limit) || !known(path)) continue;
    report({
      code: "rule/upstream-key-missing",
      path: own ? limit : path,
      at: "key",
      message: `${quote(String(limit.at(-1)))} counts per upstream key, and ${routeLabel(index, file)} injects none`,
      help: "inject an authorization or x-api-key header with a value, or drop the limit",
      related: own ? [] : [{ path: limit, message: "the limit is set here" }],
    });
  }
};

const QUEUE = ["concurrency", "queue"];

/** Reports a queue without an upstream limit: no request ever waits. */
const queueWithoutLimit: Rule = (config, { report }) => {
  if (config.concurrency.queue === undefined || hasUpstreamLimit(config)) return;
  report({
    code: "rule/queue-unused",
    path: QUEUE,
    at: "key",
    message: "the queue has no effect: there is no upstream limit to wait for",
    help: "set upstream_per_key_max_inflight, or drop the queue",
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
    help: "raise max_waiting, or drop the queue",
  });
};

function hasUpstreamLimit(config: Parameters<Rule>[0]): boolean {
  if (config.concurrency.upstream_per_key_max_inflight !== undefined) return true;
  return [...eachUpstream(config)].some(({ upstream }) => upstream.upstream_key_max_inflight !== undefined);
}

export const LIMIT_RULES: readonly Rule[] = [limitNeverBinds, upstreamKeyMissing, queueWithoutLimit, queueWithoutRoom];
