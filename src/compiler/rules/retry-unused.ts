// Is there a retry policy that never retries, or whose waits can't grow?

import type { Rule } from "./rule.ts";

export const retryUnused: Rule = ({ routes }, { report, known }) => {
  routes.forEach(({ upstream: { retry } }, route) => {
    if (retry === undefined) return;
    const base = ["routes", route, "upstream", "retry"];
    if (retry.max_attempts === 1) {
      const message = "one attempt in all means that none is made again";
      report({
        code: "rule/retry-unused",
        path: [...base, "max_attempts"],
        message,
        help: "raise max_attempts, or drop retry",
      });
    }
    if (retry.retry_on.length === 0) {
      const message = "nothing is retried: retry_on is empty";
      report({
        code: "rule/retry-unused",
        path: [...base, "retry_on"],
        message,
        help: "name what to retry on, or drop retry",
      });
    }
    if (
      retry.backoff_ms > retry.max_backoff_ms &&
      known([...base, "backoff_ms"]) &&
      known([...base, "max_backoff_ms"])
    ) {
      const message = '"backoff_ms" is longer than "max_backoff_ms", which cuts every wait';
      report({
        code: "rule/retry-unused",
        path: [...base, "backoff_ms"],
        message,
        help: "make max_backoff_ms the longer one",
      });
    }
  });
};
