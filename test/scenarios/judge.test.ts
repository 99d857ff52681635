// Checks the judge of the scenarios: without a gateway it must come to the verdicts that Failover-Bench publishes for that.

import { expect, it } from "vitest";
import { call } from "./caller.ts";
import { SCENARIOS } from "./catalogue.ts";
import { startBrokenProvider } from "./provider.ts";
import { scoreOf, type Verdict } from "./score.ts";

/**
 * "No gateway (direct, no retries)" of the scorecard of 2026-09-12. S06, S07 and S15 are left out: there the benchmark does not
 * count checks that need a fallback, or its client gives up by itself.
 */
const WITHOUT_GATEWAY: Readonly<Record<string, Verdict>> = {
  S01: "safe",
  S02: "safe",
  S03: "safe",
  S04: "safe",
  S05: "safe",
  S08: "safe",
  S09: "safe",
  S10: "pass",
  S11: "pass",
  S12: "safe",
  S13: "pass",
  S14: "safe",
  S16: "safe",
};

const published = SCENARIOS.filter(({ id }) => Object.hasOwn(WITHOUT_GATEWAY, id));

it.concurrent.each(published)(
  "$id without a gateway",
  async ({ id, model, fallbackModel, maxS, speed, ideal, checks }) => {
    const provider = await startBrokenProvider(speed);
    try {
      const question = { baseUrl: provider.url, token: "none", model, stream: true, patienceS: maxS, speed };
      const result = await call(question);
      const primary = [...provider.seen];
      const healthy = await call({ ...question, model: "fb-ok", stream: false });
      expect(healthy.complete).toBe(true);
      const measured = { result, primary, fallback: [], fallbackModel, aliveAfter: healthy.complete };
      expect(scoreOf(ideal, checks, measured).verdict).toBe(WITHOUT_GATEWAY[id]);
    } finally {
      await provider.close();
    }
  },
);
