// Do the config's own tests hold? The dry run is the runtime's; here its results become findings at their places.

import type { Blueprint } from "../../plan/blueprint.ts";
import type { Path } from "../diagnostics/location.ts";
import type { ConfigTest } from "../schema/config.generated.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import type { RuleContext } from "./rule.ts";

/** An expectation that did not hold. */
export interface FailedExpectation {
  /** Below the test: `["expect", "route"]`. */
  readonly path: Path;
  /** What happened instead, in plain words, without a value of the config. */
  readonly problem: string;
  /** The route that took the request, where that is worth telling: its place in the config's list. */
  readonly takenBy?: number;
}

/** Runs a config's tests dry. Lent by who knows the runtime, as step makers are. */
export type RunConfigTests = (
  blueprint: Blueprint,
  tests: readonly ConfigTest[],
) => readonly (readonly FailedExpectation[])[];

/** Reports each expectation that does not hold. Findings: `test/failed`. */
export function checkConfigTests(
  config: CompleteConfig,
  blueprint: Blueprint,
  prove: RunConfigTests,
  context: RuleContext,
): void {
  prove(blueprint, config.tests).forEach((unmet, index) => {
    for (const { path, problem, takenBy } of unmet) {
      const route = takenBy === undefined ? "" : routeName(config, takenBy, context);
      context.report({
        code: "test/failed",
        path: ["tests", index, ...path],
        message: `this test fails: ${problem}${route}`,
        help: "see what happens to the request with `ai-gw-lite explain`",
      });
    }
  });
}

/** A route by its id where the file itself says it: no interpolated value is shown. */
function routeName(config: CompleteConfig, index: number, context: RuleContext): string {
  const id = config.routes[index]?.id;
  return id !== undefined && context.literal(["routes", index, "id"]) ? ` "${id}"` : ` number ${index + 1}`;
}
