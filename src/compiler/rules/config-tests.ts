// Turns failed tests of the config into findings. The tests are run by a function that the caller passes in.

import type { Blueprint } from "../../plan/blueprint.ts";
import type { Path } from "../diagnostics/location.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { ConfigTest } from "../schema/config.generated.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import type { RuleContext } from "./rule.ts";

/** An expectation of a test that did not hold. */
export interface FailedExpectation {
  /** The path of the expectation in the test: `["expect", "route"]`. */
  readonly path: Path;
  /** What happened instead, in plain words, without a value of the config. */
  readonly problem: string;
  /** The index of the route that took the request. Its name ends the message. */
  readonly takenBy?: number;
}

/** Runs the tests of a config without sending requests. Passed in, because it needs the runtime. */
export type RunConfigTests = (
  blueprint: Blueprint,
  tests: readonly ConfigTest[],
) => readonly (readonly FailedExpectation[])[];

/** Reports each expectation that does not hold, and each test of a client that does not exist. Findings: `test/failed`. */
export function checkConfigTests(
  config: CompleteConfig,
  blueprint: Blueprint,
  runConfigTests: RunConfigTests,
  context: RuleContext,
): void {
  const clients = new Set(config.gateway_auth.clients.map(({ id }) => id));
  runConfigTests(blueprint, config.tests).forEach((failed, index) => {
    const client = config.tests[index]?.request.client;
    if (client !== undefined && !clients.has(client)) {
      reportUnknownClient(client, index, config, context);
      return;
    }
    for (const { path, problem, takenBy } of failed) {
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

function reportUnknownClient(id: string, test: number, { gateway_auth }: CompleteConfig, context: RuleContext): void {
  const isLiteral = (_: unknown, index: number) => context.literal(["gateway_auth", "clients", index, "id"]);
  const meant = suggest(
    id,
    gateway_auth.clients.filter(isLiteral).map((client) => client.id),
  );
  context.report({
    code: "test/failed",
    path: ["tests", test, "request", "client"],
    message: "this test fails: no client has this id",
    help: meant === undefined ? undefined : `did you mean "${meant}"?`,
  });
}

/** The id of a route where the file itself has it, else its number: the value of a reference is not shown. */
function routeName(config: CompleteConfig, index: number, context: RuleContext): string {
  const id = config.routes[index]?.id;
  return id !== undefined && context.literal(["routes", index, "id"]) ? ` "${id}"` : ` number ${index + 1}`;
}
