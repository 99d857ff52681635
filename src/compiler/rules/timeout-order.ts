// Is there a timeout that another one always beats?

import type { Path } from "../diagnostics/location.ts";
import type { CompleteUpstream } from "../schema/defaults.ts";
import { quote } from "../schema/labels.ts";
import type { Rule, RuleContext } from "./rule.ts";

export const timeoutOrder: Rule = ({ routes }, context) => {
  routes.forEach(({ upstream }, route) => {
    checkUpstream(upstream, ["routes", route, "upstream"], context);
  });
};

function checkUpstream(upstream: CompleteUpstream, base: Path, context: RuleContext): void {
  const request = [...base, "request_timeout_ms"];
  const beaten = (path: Path, ms: number): void => {
    if (ms < upstream.request_timeout_ms) return;
    // Who only shortens the request has not asked for the default of the other.
    if (!context.written(path) || !context.known(path) || !context.known(request)) return;
    context.report({
      code: "rule/timeout-order",
      path,
      message: `${quote(String(path.at(-1)))} never fires: "request_timeout_ms" covers the same time and ends first`,
      help: `make request_timeout_ms the longer one`,
    });
  };
  beaten([...base, "connect_timeout_ms"], upstream.connect_timeout_ms);
  const { retry } = upstream;
  if (retry?.attempt_timeout_ms !== undefined)
    beaten([...base, "retry", "attempt_timeout_ms"], retry.attempt_timeout_ms);
}
