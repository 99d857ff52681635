// Checks retries: policies that never retry, entries without an effect, and failures after which a request may be paid twice.

import type { RetryWord } from "../../plan/forward.ts";
import type { Path } from "../diagnostics/location.ts";
import type { CompleteConfig, CompleteRetry } from "../schema/defaults.ts";
import { quote, shownValue } from "../schema/labels.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { eachDuplicate, eachRoute, type UpstreamVisit } from "./walks.ts";

/** The retries of a route: they are the same for all its upstreams. */
interface RetryVisit {
  readonly retry: CompleteRetry;
  /** The path of one of the keys of `retry`, or of an item below it. */
  at(...inside: (string | number)[]): Path;
  /** Any upstream of the route. */
  readonly visit: UpstreamVisit;
  readonly upstreams: readonly UpstreamVisit[];
}

/** The retries that the file has. A pool that says nothing retries by the defaults, which are right. */
function* eachRetry(config: CompleteConfig, { written }: RuleContext): Generator<RetryVisit> {
  for (const upstreams of eachRoute(config)) {
    const [visit] = upstreams;
    const retry = visit?.upstream.retry;
    if (visit === undefined || retry === undefined) continue;
    const at = (...inside: (string | number)[]): Path => visit.pathOf("retry", ...inside);
    if (written(at())) yield { retry, at, visit, upstreams };
  }
}

/** Reports a retry policy that never retries. */
const neverRetries: Rule = (config, context) => {
  for (const retries of eachRetry(config, context)) {
    const { retry, at } = retries;
    if (isMeant(retries, context)) continue;
    if (retry.max_attempts === 1) {
      context.report({
        code: "rule/retry-unused",
        path: at("max_attempts"),
        message: "nothing is tried again: max_attempts counts the first attempt too",
        help: replacesOther(retries, context) ? ALONE : "raise max_attempts, or remove retry",
      });
    }
    if (retry.retry_on.length === 0) {
      context.report({
        code: "rule/retry-unused",
        path: at("retry_on"),
        message: "nothing is tried again: retry_on is empty",
        help: replacesOther(retries, context) ? ALONE : "list failures, or remove retry",
      });
    }
  }
};

const ALONE = "to turn retries off, write `retry: { max_attempts: 1 }` without other keys";

/** Whether a policy without retries is meant: it turns others off, or it only limits a time. */
function isMeant(retries: RetryVisit, context: RuleContext): boolean {
  const { retry, at } = retries;
  if (retry.tell_clients || retry.attempt_timeout_ms !== undefined) return true;
  return replacesOther(retries, context) && context.keys(at()).length === 1;
}

/** Whether the route would have retries without this policy: those of a pool, or those of `upstream_defaults`. */
function replacesOther({ visit, upstreams }: RetryVisit, { written }: RuleContext): boolean {
  return upstreams.length > 1 || visit.inherits("retry") || written(["upstream_defaults", "retry"]);
}

/** Reports waits between attempts that can't grow, because the longest wait is shorter than the first. */
const backoffOrder: Rule = (config, context) => {
  for (const { retry, at } of eachRetry(config, context)) {
    if (retry.backoff_ms <= retry.max_backoff_ms) continue;
    if (!context.known(at("backoff_ms")) || !context.known(at("max_backoff_ms"))) continue;
    context.report({
      code: "rule/retry-unused",
      path: at(context.written(at("backoff_ms")) ? "backoff_ms" : "max_backoff_ms"),
      message: '"backoff_ms" is longer than "max_backoff_ms": no wait can be longer than that',
      help: "make max_backoff_ms the longer one",
    });
  }
};

/** Reports an entry of `retry_on` that is in the list twice. */
const repeatedWord: Rule = (config, context) => {
  for (const { retry, at } of eachRetry(config, context)) {
    const words = eachDuplicate(retry.retry_on, (word, index) =>
      context.known(at("retry_on", index)) ? word : undefined,
    );
    for (const { index, first } of words) {
      context.report({
        code: "rule/retry-unused",
        path: at("retry_on", index),
        message: "this entry is in the list already",
        help: "remove one of the two",
        related: [{ path: at("retry_on", first), message: "first listed here" }],
      });
    }
  }
};

/** What no other attempt at the same upstream can change: its key is refused, or its credit is spent. */
const ABOUT_THE_KEY: readonly RetryWord[] = ["401", "402", "quota"];

/** Reports an entry of `retry_on` after which no attempt can follow. A list of `upstream_defaults` may be meant for other routes. */
const uselessWord: Rule = (config, context) => {
  for (const { retry, at, visit, upstreams } of eachRetry(config, context)) {
    if (visit.inherits("retry") || !context.written(at("retry_on"))) continue;
    const timed = upstreams.some(({ upstream }) => upstream.first_byte_timeout_ms !== undefined);
    retry.retry_on.forEach((word, index) => {
      const path = at("retry_on", index);
      const name = shownValue(path, context.file);
      if (word === "first_byte_timeout" && !timed) {
        const message = `${name} never happens: "first_byte_timeout_ms" is not set`;
        context.report({
          code: "rule/retry-unused",
          path,
          message,
          help: "set first_byte_timeout_ms, or remove this entry",
        });
      } else if (upstreams.length === 1 && ABOUT_THE_KEY.includes(word)) {
        const message = `${name} has no effect: the same key would be refused again, and the route has no other upstream`;
        context.report({
          code: "rule/retry-unused",
          path,
          message,
          help: "remove it, or add upstreams",
        });
      }
    });
  }
};

/** Reports a limit on the time of an attempt after which no other attempt is made. */
const attemptTimeoutAlone: Rule = (config, context) => {
  for (const { retry, at } of eachRetry(config, context)) {
    if (retry.attempt_timeout_ms === undefined || retry.max_attempts === 1 || retry.retry_on.length === 0) continue;
    if (retry.retry_on.includes("timeout") || !context.known(at("retry_on")) || hasUnknown(retry, at, context))
      continue;
    context.report({
      code: "rule/retry-unused",
      path: at("attempt_timeout_ms"),
      message: 'no other attempt follows after "attempt_timeout_ms": "timeout" is not in retry_on',
      help: "add timeout to retry_on, although the request may then be paid twice, or remove attempt_timeout_ms",
    });
  }
};

function hasUnknown({ retry_on }: CompleteRetry, at: RetryVisit["at"], { known }: RuleContext): boolean {
  return retry_on.some((_, index) => !known(at("retry_on", index)));
}

/** The failures after which the upstream may have done the work (contract, section 7). */
const MAY_BE_BILLED: readonly RetryWord[] = ["reset", "timeout", "500", "502", "504"];

/** Reports failures after which a request may be paid twice, once for each route. */
const mayBillTwice: Rule = (config, context) => {
  for (const { retry, at } of eachRetry(config, context)) {
    if (retry.max_attempts === 1) continue;
    const listed = retry.retry_on
      .map((word, index) => ({ word, path: at("retry_on", index) }))
      .filter(({ word, path }) => MAY_BE_BILLED.includes(word) && context.known(path));
    const [first] = listed;
    if (first === undefined) continue;
    const names = [...new Set(listed.map(({ path }) => shownValue(path, context.file)))];
    context.report({
      code: "rule/retry-may-bill-twice",
      path: first.path,
      message: `a request that is sent again after ${inWords(names)} may be paid twice: the provider may have done the work already`,
      help: `remove ${names.length === 1 ? "it" : "them"}, or keep ${names.length === 1 ? "it" : "them"} if an error costs you more than paying twice`,
    });
  }
};

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"`. */
function inWords(names: readonly string[]): string {
  const last = names.at(-1) ?? quote("");
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}

export const RETRY_RULES: readonly Rule[] = [
  neverRetries,
  backoffOrder,
  repeatedWord,
  uselessWord,
  attemptTimeoutAlone,
  mayBillTwice,
];
