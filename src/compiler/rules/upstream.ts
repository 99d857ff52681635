// Checks the URL of each upstream, its timeouts and its retries.

import type { Path } from "../diagnostics/location.ts";
import { isLoopback, readAddress } from "../lower/address.ts";
import { readBaseUrl } from "../lower/base-url.ts";
import { quote } from "../schema/labels.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

/** Reports a `base_url` that a path can't be appended to. */
const baseUrl: Rule = (config, { report }) => {
  for (const { upstream, path } of eachUpstream(config)) {
    const read = readBaseUrl(upstream.base_url);
    if (read.ok) continue;
    const message = `"base_url" ${read.why}`;
    report({ code: "rule/base-url", path: [...path, "base_url"], message, help: read.help });
  }
};

/** Reports an upstream URL with a version in it twice: in `base_url` and in the prefix, or twice in `base_url`. */
const doubledPath: Rule = (config, { report, literal }) => {
  for (const { upstream, path, route } of eachUpstream(config)) {
    const read = readBaseUrl(upstream.base_url);
    if (!read.ok) continue;
    const forwarded = read.target.basePath + (upstream.strip_prefix || route.prefix === "/" ? "" : route.prefix);
    const twice = /\/(v\d+[a-z0-9]*)\/\1(?=\/|$)/.exec(forwarded);
    if (twice === null) continue;
    const at = [...path, "base_url"];
    const version = literal(at) ? `/${twice[1]}` : "a version";
    report({
      code: "rule/doubled-path",
      path: at,
      message: `every request of this route goes to a path with ${version} in it twice`,
      help: upstream.strip_prefix ? "drop one of the two" : "drop it from base_url, or set strip_prefix: true",
    });
  }
};

/** Reports an upstream that is the gateway itself. */
const selfUpstream: Rule = (config, { report, known }) => {
  const own = readAddress(config.listen);
  if (own === undefined || own.port === 0 || !known(["listen"])) return;
  const everywhere = own.host === "0.0.0.0" || own.host === "::";
  for (const { upstream, path } of eachUpstream(config)) {
    const read = readBaseUrl(upstream.base_url);
    if (!read.ok || read.target.port !== own.port) continue;
    const { hostname } = read.target;
    const same = hostname === own.host || (isLoopback(hostname) && (everywhere || isLoopback(own.host)));
    if (!same) continue;
    report({
      code: "rule/self-upstream",
      path: [...path, "base_url"],
      message: "this is the gateway's own address: requests would come back to it",
      help: "write the address of the upstream",
    });
  }
};

/** Reports a timeout that never fires, because the timeout of the whole request ends first. */
const timeoutOrder: Rule = (config, { report, known, written }) => {
  for (const { upstream, path } of eachUpstream(config)) {
    const request = [...path, "request_timeout_ms"];
    const check = (at: Path, ms: number | undefined): void => {
      if (ms === undefined || ms < upstream.request_timeout_ms) return;
      // A config that only shortens request_timeout_ms did not choose the default of the other timeout.
      if (!written(at) || !known(at) || !known(request)) return;
      report({
        code: "rule/timeout-order",
        path: at,
        message: `${quote(String(at.at(-1)))} never fires: "request_timeout_ms" covers the same time and ends first`,
        help: "make request_timeout_ms the longer one",
      });
    };
    check([...path, "connect_timeout_ms"], upstream.connect_timeout_ms);
    check([...path, "retry", "attempt_timeout_ms"], upstream.retry?.attempt_timeout_ms);
  }
};

/** Reports a retry policy that never retries. */
const retryUnused: Rule = (config, { report }) => {
  for (const { upstream, path } of eachUpstream(config)) {
    if (upstream.retry?.max_attempts === 1) {
      report({
        code: "rule/retry-unused",
        path: [...path, "retry", "max_attempts"],
        message: "nothing is retried: max_attempts counts the first attempt too",
        help: "raise max_attempts, or drop retry",
      });
    }
    if (upstream.retry?.retry_on.length === 0) {
      report({
        code: "rule/retry-unused",
        path: [...path, "retry", "retry_on"],
        message: "nothing is retried: retry_on is empty",
        help: "name what to retry on, or drop retry",
      });
    }
  }
};

/** Reports waits between attempts that can't grow, because the longest wait is shorter than the first. */
const retryBackoff: Rule = (config, { report, known }) => {
  for (const { upstream, path } of eachUpstream(config)) {
    if (upstream.retry === undefined || upstream.retry.backoff_ms <= upstream.retry.max_backoff_ms) continue;
    const at = (key: string): Path => [...path, "retry", key];
    if (!known(at("backoff_ms")) || !known(at("max_backoff_ms"))) continue;
    report({
      code: "rule/retry-unused",
      path: at("backoff_ms"),
      message: '"backoff_ms" is longer than "max_backoff_ms", which cuts every wait',
      help: "make max_backoff_ms the longer one",
    });
  }
};

export const UPSTREAM_RULES: readonly Rule[] = [
  baseUrl,
  doubledPath,
  selfUpstream,
  timeoutOrder,
  retryUnused,
  retryBackoff,
];
