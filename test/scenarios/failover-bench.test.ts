// Runs the scenarios of Failover-Bench against the configs that the guide on pools recommends, and asserts each verdict.

import { describe, expect, it } from "vitest";
import { SCENARIOS, type Scenario } from "./catalogue.ts";
import { runScenario, type Variant } from "./run-scenario.ts";
import { scoreOf } from "./score.ts";
import { SCORED_CONFIGS } from "./verdicts.ts";

/** Runs and judges a scenario. The measured values come along, for the text of a failure. */
async function judge(scenario: Scenario, variant: Variant) {
  const measured = await runScenario(scenario, variant);
  const { verdict, missed, noted } = scoreOf(scenario.ideal, scenario.checks, measured);
  return { score: [verdict, ...missed.map((name) => `not: ${name}`), ...noted], measured };
}

function scenarioOf(id: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.id === id);
  if (found === undefined) throw new Error(`there is no scenario ${id}`);
  return found;
}

describe.each(SCORED_CONFIGS)("with $name,", ({ retry, verdicts }) => {
  it.concurrent.each(SCENARIOS)("$id: $title", async (scenario) => {
    const { score, measured } = await judge(scenario, { retry });
    expect(score, JSON.stringify(measured)).toEqual(verdicts[scenario.id]);
  });
});

// What the guide says below its table.
describe("with other settings,", () => {
  it.concurrent("a connection that was never used before makes S05 safe, not pass", async () => {
    const { score } = await judge(scenarioOf("S05"), { warm: false });
    expect(score).toEqual(["safe"]);
  });

  it.concurrent("a limit of 6 s for the first byte makes S07 pass, and three requests of it", async () => {
    const { score, measured } = await judge(scenarioOf("S07"), { firstByteTimeoutMs: 6000 });
    expect(score).toEqual(["pass"]);
    expect([measured.primary.length, measured.fallback.length]).toEqual([2, 1]);
  });
});
