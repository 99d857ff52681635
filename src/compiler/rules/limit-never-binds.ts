// Is there a limit that an earlier one makes useless?

import { quote } from "../schema/labels.ts";
import type { Rule, RuleContext } from "./rule.ts";

export const limitNeverBinds: Rule = ({ concurrency, routes }, context) => {
  const { downstream_max_inflight: whole, upstream_per_key_max_inflight: perKey } = concurrency;
  if (whole === undefined || !context.known(["concurrency", "downstream_max_inflight"])) return;
  check(perKey, whole, ["concurrency", "upstream_per_key_max_inflight"], context);
  routes.forEach(({ upstream }, route) => {
    check(
      upstream.upstream_key_max_inflight,
      whole,
      ["routes", route, "upstream", "upstream_key_max_inflight"],
      context,
    );
  });
};

function check(
  limit: number | undefined,
  whole: number,
  path: readonly (string | number)[],
  { report }: RuleContext,
): void {
  if (limit === undefined || limit < whole) return;
  report({
    code: "rule/limit-never-binds",
    path,
    message: `${quote(String(path.at(-1)))} never binds: the whole gateway has no more requests in flight than that`,
    help: "lower it, or drop it",
    related: [{ path: ["concurrency", "downstream_max_inflight"], message: "the limit of the whole gateway" }],
  });
}
