// Lets the first of two upstreams fail under load, and checks what clients see and how the sick upstream is spared. The bench has
// the same with a minute's outage (bench/outage.mjs).

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Mode, SickUpstream } from "../../bench/outage/sick-upstream.mjs";
import { type Call, SteadyLoad } from "../../bench/outage/steady-load.mjs";
import { until } from "../support/deadline.ts";
import { type LogLine, startGateway, type TestGateway } from "../support/gateway.ts";

const COOLDOWN = { failures: 3, ms: 300, maxMs: 600 };
const OUTAGE_MS = 2_500;
const TOKEN = "token-of-the-outage";

/** Between a call's clock and the gateway's lie a few ms of rounding. */
const ROUNDING_MS = 5;

const config = (first: number, second: number): string => `
listen: 127.0.0.1:0
gateway_auth: {tokens: [${TOKEN}]}
observability: {logging: {level: info}}
routes:
  - id: chat
    prefix: /chat
    upstream:
      request_timeout_ms: 10000
      first_byte_timeout_ms: 500
      retry: {retry_on: [connect_error, first_byte_timeout, "503"]}
    upstreams:
      - {id: first, base_url: "http://127.0.0.1:${first}"}
      - {id: second, base_url: "http://127.0.0.1:${second}"}
    cooldown: {after_failures: ${COOLDOWN.failures}, ms: ${COOLDOWN.ms}, max_ms: ${COOLDOWN.maxMs}}
`;

/** A call and whether the first upstream was asked for it. */
interface Asked extends Call {
  readonly first: boolean;
}

/** Lets the first upstream be well, then sick, then well until it has answered again. @returns all calls, by time */
async function runOutage(mode: Mode) {
  const [first, second] = [new SickUpstream(), new SickUpstream()];
  await Promise.all([first.start(), second.start()]);
  const gateway = await startGateway(config(first.port, second.port));
  try {
    const load = new SteadyLoad({ port: gateway.port, path: "/chat/v1/chat", token: TOKEN, perSecond: 50 });
    await until("ten calls to end", () => load.calls.length >= 10);
    const downAt = performance.now();
    await first.become(mode);
    // The outage has a length: passing time is what this is about.
    await sleep(OUTAGE_MS);
    const healedAt = performance.now();
    await first.become("well");
    await until("the first upstream to be used again", () => first.answeredAt > healedAt);
    await load.stop();
    const calls = load.calls.map((call) => ({ ...call, first: askedFirst(call, gateway) }));
    return { calls: calls.sort((a, b) => a.at - b.at), downAt, healedAt };
  } finally {
    await gateway.close();
    await Promise.all([first.stop(), second.stop()]);
  }
}

interface AttemptFields {
  readonly upstream: string;
  readonly failed_attempts?: readonly { readonly upstream: string }[];
}

function askedFirst({ id }: Call, { logs }: TestGateway): boolean {
  const line = logs.find(({ request_id }) => request_id === id) as (LogLine & AttemptFields) | undefined;
  if (line === undefined) throw new Error(`${id} is not in the log`);
  return [line, ...(line.failed_attempts ?? [])].some(({ upstream }) => upstream === "first");
}

/** How long each cooling lasts: it doubles up to the longest. */
const lengths = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.min(COOLDOWN.ms * 2 ** i, COOLDOWN.maxMs));

describe.each(["refusing", "busy", "hanging"] as const)("while the first upstream is %s,", (mode) => {
  it("no client sees an error, and only probes reach it", async () => {
    const { calls, downAt, healedAt } = await runOutage(mode);
    expect(calls.filter(({ status }) => status !== 200)).toEqual([]);
    const during = calls.filter(({ at }) => at >= downAt && at < healedAt);
    expect(during.length).toBeGreaterThan(50);

    const asked: Asked[] = during.filter(({ first }) => first);
    // It cools when the third failure is known. A call that was sent before that was sent without knowing.
    const known = asked.map(({ at, ms }) => at + ms).sort((a, b) => a - b)[COOLDOWN.failures - 1] ?? Number.NaN;
    const probes = asked.filter(({ at }) => at > known);
    expect(asked.length - probes.length).toBeGreaterThanOrEqual(COOLDOWN.failures);
    expect(probes.length).toBeGreaterThan(0);

    // No probe comes before its cooling is over, and no call goes elsewhere once it is over.
    let coolingFrom = asked.filter((call) => !probes.includes(call)).sort(byEnd)[COOLDOWN.failures - 1] as Asked;
    for (const [i, ms] of lengths(probes.length).entries()) {
      const probe = probes[i] as Asked;
      expect(probe.at).toBeGreaterThanOrEqual(coolingFrom.at + ms - ROUNDING_MS);
      const overdue = calls.filter(
        ({ at, first }) => !first && at < probe.at - ROUNDING_MS && at > endOf(coolingFrom) + ms,
      );
      expect(overdue).toEqual([]);
      coolingFrom = probe;
    }

    // Once it is well, the first call after its last cooling goes to it.
    const wellAt = Math.max(healedAt, endOf(coolingFrom) + (lengths(probes.length + 1).at(-1) ?? 0));
    const again = calls.find(({ at, first }) => first && at >= healedAt);
    expect(again?.status).toBe(200);
    const late = calls.filter(({ at }) => at > wellAt && at < (again?.at ?? 0) - ROUNDING_MS);
    expect(late).toEqual([]);
  });
});

const endOf = ({ at, ms }: Call): number => at + ms;
const byEnd = (a: Call, b: Call): number => endOf(a) - endOf(b);
