// Runs one scenario against a gateway with the config of the guide, and measures what caller and provider saw.

import { setTimeout as sleep } from "node:timers/promises";
import { startGateway } from "../support/gateway.ts";
import { call, type Question, type Result } from "./caller.ts";
import type { Scenario } from "./catalogue.ts";
import { ENV, guideConfig } from "./guide.ts";
import { startBrokenProvider } from "./provider.ts";
import type { Measured, Sequence } from "./score.ts";

export interface Variant {
  /** Replaces keys of `retry` in the guide's config, as YAML. */
  readonly retry?: string;
  /** Replaces `first_byte_timeout_ms`, in the catalogue's time. */
  readonly firstByteTimeoutMs?: number;
  /** A healthy call first, so that connections to the provider are open, as in the middle of a run. Default: true. */
  readonly warm?: boolean;
}

/** Starts a provider and a gateway of their own, runs the scenario, and stops both. */
export async function runScenario(scenario: Scenario, variant: Variant = {}): Promise<Measured> {
  const { model, fallbackModel, speed } = scenario;
  const provider = await startBrokenProvider(speed);
  const { warm = true, ...changes } = variant;
  const gateway = await startGateway(guideConfig({ url: provider.url, fallbackModel, speed, ...changes }), {
    env: ENV,
  });
  try {
    const question: Question = {
      baseUrl: `${gateway.url}/openai/v1`,
      token: ENV["GATEWAY_TOKEN"] ?? "",
      model,
      stream: true,
      patienceS: scenario.maxS,
      speed,
    };
    // Its patience is that of a slow machine, not of the scenario.
    const healthy = { ...question, model: "fb-ok", stream: false, patienceS: 10 * speed };
    if (warm && !(await call(healthy)).complete) throw new Error("the healthy call before the scenario failed");
    provider.restart();
    const sequence = scenario.sequence && (await runSequence(scenario.sequence, question));
    const result = sequence === undefined ? await call(question) : inAll(sequence);
    const seen = [...provider.seen];
    return {
      result,
      primary: seen.filter((one) => one.model === model),
      fallback: seen.filter((one) => one.model === fallbackModel),
      fallbackModel,
      aliveAfter: (await call(healthy)).complete,
      ...(sequence !== undefined && { sequence }),
    };
  } finally {
    await gateway.close();
    await provider.close();
  }
}

async function runSequence(plan: NonNullable<Scenario["sequence"]>, question: Question): Promise<Sequence> {
  const startedAt = performance.now();
  const nowS = () => ((performance.now() - startedAt) / 1000) * question.speed;
  const calls: { sentAtS: number; result: Result }[] = [];
  for (let i = 0; i < plan.count; i++) {
    // The calls are sent at fixed times: passing time is what this scenario is about.
    await sleep(Math.max(0, ((i * plan.everyS - nowS()) * 1000) / question.speed));
    const sentAtS = nowS();
    calls.push({ sentAtS, result: await call(question) });
  }
  return { calls, downS: plan.downS };
}

/** The worst of all calls. */
function inAll({ calls }: Sequence): Result {
  const results = calls.map(({ result }) => result);
  const worst = (["hang", "error"] as const).find((ended) => results.some((one) => one.ended === ended));
  const [first] = results;
  if (first === undefined) throw new Error("a sequence has calls");
  return { ...first, ended: worst ?? "success", complete: results.every(({ complete }) => complete) };
}
