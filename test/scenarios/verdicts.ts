// What the configs of the guide on pools score in Failover-Bench. The tests of the scenarios and of the guide's table hold it.

import { sampleBelow } from "./guide.ts";
import type { Verdict } from "./score.ts";

/** The verdict, then the names of the advisory checks that do not hold, each with "not: " before it, and of the ones for information that do. */
export type Expected = readonly [verdict: Verdict, ...checks: string[]];

/** What both configs score. */
const BOTH: Readonly<Record<string, Expected>> = {
  // The second key is asked at once: it has a limit of its own.
  S01: ["partial", "not: waits as told"],
  S02: ["pass"],
  S04: ["pass"],
  // The connection was used before: it is replaced by a fresh one.
  S05: ["pass"],
  // The second key is asked before the fallback, and its provider is as silent.
  S06: ["partial", "not: the silent model is asked once"],
  // The limit of the guide is above the 20 s that this provider takes.
  S07: ["partial", "not: within 15 s"],
  // After the first event nothing is tried elsewhere: the caller gets a broken connection.
  S08: ["safe"],
  S09: ["safe"],
  S10: ["pass"],
  S11: ["pass"],
  // A 400 is never tried elsewhere.
  S12: ["safe"],
  S13: ["pass"],
  S14: ["safe"],
  S15: ["pass", "no more probes than calls"],
  S16: ["pass"],
};

export interface ScoredConfig {
  readonly name: string;
  /** Replaces keys of `retry` in the config to copy, as YAML. */
  readonly retry: string;
  readonly verdicts: Readonly<Record<string, Expected>>;
}

/** In the order of the guide's columns. */
export const SCORED_CONFIGS: readonly ScoredConfig[] = [
  { name: "the config to copy", retry: "", verdicts: { ...BOTH, S03: ["safe", "not: asked twice"] } },
  {
    name: "the config that would rather pay twice",
    retry: sampleBelow("### Rather pay twice than see an error"),
    verdicts: { ...BOTH, S03: ["pass"] },
  },
];
