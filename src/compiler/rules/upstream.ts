// Checks that each route has an upstream, the URL of each upstream, and its retries.

import type { Path } from "../diagnostics/location.ts";
import { isLoopback, readAddress } from "../lower/address.ts";
import { exampleHelp, quote, sectionLabel } from "../schema/labels.ts";
import { misreadUrl } from "./other-syntax.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

/** Reports a route without an upstream, and an upstream without a URL. */
const missingUpstream: Rule = (config, { report, written, file }) => {
  for (const { upstream, path, route, index } of eachUpstream(config)) {
    if (upstream.base_url !== undefined) continue;
    const section = route.pooled || written(path) ? path : ["routes", index];
    const missing = [...section, section === path ? "base_url" : "upstream"];
    report({
      code: "schema/missing-key",
      path: missing,
      at: "missing",
      message: `${quote(String(missing.at(-1)))} is missing ${sectionLabel(section, file)}`,
      help: exampleHelp(missing),
    });
  }
};

/** Reports a `base_url` that a path can't be appended to. */
const baseUrl: Rule = (config, { report, literal }) => {
  for (const { upstream, pathOf, baseUrl: read } of eachUpstream(config)) {
    if (upstream.base_url === undefined) continue;
    const path = pathOf("base_url");
    const misread = literal(path) ? misreadUrl(upstream.base_url) : undefined;
    if (misread !== undefined) report({ code: "env/other-syntax", path, ...misread });
    if (read.ok || misread !== undefined) continue;
    const message = `"base_url" ${read.why}`;
    report({ code: "rule/base-url", path, message, help: read.help });
  }
};

/** Reports an upstream that is the gateway itself. */
const selfUpstream: Rule = (config, { report, known }) => {
  const own = readAddress(config.listen);
  if (own === undefined || own.port === 0 || !known(["listen"])) return;
  const everywhere = own.host === "0.0.0.0" || own.host === "::";
  for (const { pathOf, baseUrl: read } of eachUpstream(config)) {
    if (!read.ok || read.target.port !== own.port) continue;
    const { hostname } = read.target;
    const same = hostname === own.host || (isLoopback(hostname) && (everywhere || isLoopback(own.host)));
    if (!same) continue;
    report({
      code: "rule/self-upstream",
      path: pathOf("base_url"),
      message: "this is the gateway's own address: requests would come back to it",
      help: "write the address of the upstream",
    });
  }
};

/** Reports a retry policy that never retries. */
const retryUnused: Rule = (config, { report }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    if (upstream.retry?.max_attempts === 1) {
      report({
        code: "rule/retry-unused",
        path: pathOf("retry", "max_attempts"),
        message: "nothing is retried: max_attempts counts the first attempt too",
        help: "raise max_attempts, or remove retry",
      });
    }
    if (upstream.retry?.retry_on.length === 0) {
      report({
        code: "rule/retry-unused",
        path: pathOf("retry", "retry_on"),
        message: "nothing is retried: retry_on is empty",
        help: "list what to retry on, or remove retry",
      });
    }
  }
};

/** Reports waits between attempts that can't grow, because the longest wait is shorter than the first. */
const retryBackoff: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    if (upstream.retry === undefined || upstream.retry.backoff_ms <= upstream.retry.max_backoff_ms) continue;
    const at = (key: string): Path => pathOf("retry", key);
    if (!known(at("backoff_ms")) || !known(at("max_backoff_ms"))) continue;
    report({
      code: "rule/retry-unused",
      path: at("backoff_ms"),
      message: '"backoff_ms" is longer than "max_backoff_ms", which cuts every wait',
      help: "make max_backoff_ms the longer one",
    });
  }
};

export const UPSTREAM_RULES: readonly Rule[] = [missingUpstream, baseUrl, selfUpstream, retryUnused, retryBackoff];
