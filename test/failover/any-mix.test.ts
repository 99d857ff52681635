// Mixes failures of three upstreams, uploads and disconnects at random: whatever happens, each request is logged once, is never sent
// more often or to more upstreams than the contract allows, and nothing is left behind. The seeds are fixed.

import { describe, expect, test } from "vitest";
import { within } from "../support/deadline.ts";
import { randomFrom } from "../support/random.ts";
import type { RawClient } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { type BodyKind, bodyOf, type WireBody } from "./bodies.ts";
import {
  CUT_AFTER_EVENT,
  CUT_BEFORE_BODY,
  contextLength,
  early,
  gzipQuota,
  HANG,
  longQuota,
  OK,
  openaiQuota,
  overloadedEvent,
  plain,
  RESET_AFTER_REQUEST,
  rate,
  SILENT_STREAM,
  STREAM,
} from "./plays.ts";
import { startPool } from "./pool.ts";
import { hash, headOf } from "./run-case.ts";

const scene = setScene();

const EXCHANGES = 60;
const AT_ONCE = 10;
const MAX_ATTEMPTS = 4;
const WORDS = 'connect_error, reset, timeout, first_byte_timeout, overloaded_event, quota, "401", "429", "500", "503"';

const PLAYS: readonly Play[] = [
  OK,
  OK,
  OK,
  STREAM,
  STREAM,
  rate(),
  rate("Retry-After-Ms: 20"),
  rate("Retry-After: 60"),
  openaiQuota(),
  gzipQuota,
  longQuota,
  plain(500),
  plain(503),
  early(plain(503)),
  early(plain(413)),
  contextLength,
  overloadedEvent,
  CUT_BEFORE_BODY,
  CUT_AFTER_EVENT,
  RESET_AFTER_REQUEST,
  HANG,
  SILENT_STREAM,
];

const BODIES: readonly BodyKind[] = ["none", "small", "under", "over", "chunked", "chunked-over"];
const METHODS = ["POST", "POST", "POST", "PUT", "DELETE"] as const;
const CLIENTS = ["stay", "stay", "stay", "reset", "halfClose"] as const;

interface Plan {
  readonly id: string;
  readonly method: (typeof METHODS)[number];
  readonly sent: WireBody;
  readonly hasState: boolean;
  readonly client: (typeof CLIENTS)[number];
  /** Turns of the event loop before the client leaves. */
  readonly turns: number;
}

function plansFrom(seed: number): { plans: Plan[]; scripts: Play[][] } {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const plans = Array.from({ length: EXCHANGES }, (_, n): Plan => {
    const kind = pick(BODIES);
    const hasState = kind !== "none" && random() < 0.2;
    return {
      id: `failover-${seed}-${n}`,
      method: pick(METHODS),
      sent: bodyOf(kind, { n, ...(hasState ? { previous_response_id: "r" } : {}) }),
      hasState,
      client: pick(CLIENTS),
      turns: Math.floor(random() * 30),
    };
  });
  const scripts = [0, 1, 2].map(() => Array.from({ length: EXCHANGES * 2 }, () => pick(PLAYS)));
  return { plans, scripts };
}

async function act(client: RawClient, { id, method, sent, client: leave, turns }: Plan): Promise<void> {
  await client.send(headOf(method, { lines: [`X-Request-Id: ${id}`] }, sent.lines), ...sent.pieces);
  if (leave === "stay") {
    // The response may be whole, cut or an error. Here it only matters that something comes and that it ends.
    await client.response(method).catch((error: unknown) => {
      if (client.end === undefined) throw error;
    });
    return;
  }
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  client[leave]();
}

describe.each([11, 12, 13, 14, 15, 16])("mix %i", (seed) => {
  test("keeps the rules, and leaves nothing behind", async () => {
    const { plans, scripts } = plansFrom(seed);
    const pool = await startPool(scene, {
      upstreams: scripts,
      retry: `max_attempts: ${MAX_ATTEMPTS}, max_body_bytes: 4096, backoff_ms: 2, max_backoff_ms: 40, retry_on: [${WORDS}], attempt_timeout_ms: 80`,
      shared: ["first_byte_timeout_ms: 100", "request_timeout_ms: 400", "stream_idle_timeout_ms: 400"],
      route: ["balance: least_inflight", "cooldown: {after_failures: 4, ms: 20, max_ms: 60}"],
      top: ["concurrency: {upstream_per_key_max_inflight: 3, queue: {max_waiting: 20, timeout_ms: 500}}"],
    });
    const { gateway } = pool;
    const left = [...plans];
    const runPlans = async () => {
      for (let plan = left.pop(); plan !== undefined; plan = left.pop()) {
        const client = await scene.client(gateway);
        await within(plan.id, act(client, plan));
        client.socket.destroy();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runPlans));
    await untilFree(gateway);

    const completed = gateway.logs.filter((line) => line.msg === "request completed");
    expect(completed.map((line) => line["request_id"]).sort()).toEqual(plans.map(({ id }) => id).sort());
    const broken = plans.flatMap((plan) => {
      const line = completed.find((candidate) => candidate["request_id"] === plan.id);
      const attempts = Number(line?.["attempts"]);
      const seen = pool.upstreams.map(
        (upstream) => upstream?.attempts.filter((attempt) => attempt.header("x-request-id") === plan.id) ?? [],
      );
      const total = seen.reduce((sum, { length }) => sum + length, 0);
      const asked = seen.filter(({ length }) => length > 0).length;
      const bodies = seen.flat().flatMap(({ body }) => (body === undefined ? [] : [hash(body)]));
      const problems = [
        attempts > MAX_ATTEMPTS && "too many attempts",
        // One replacement of a stale connection for each attempt.
        total > 2 * attempts && "sent more often than logged",
        plan.hasState && asked > 1 && "state went to another upstream",
        plan.method !== "POST" && asked > 1 && "sent to two upstreams",
        plan.sent.bytes.length > 4096 && asked > 1 && "a body that was not kept was sent twice",
        bodies.some((each) => each !== hash(plan.sent.bytes)) && "another body",
        line?.["outcome"] === "internal_error" && "an error of ours",
      ].filter((problem) => problem !== false);
      return problems.length === 0 ? [] : [{ id: plan.id, problems, line }];
    });
    expect(broken).toEqual([]);
    expect(completed.some((line) => Number(line["attempts"]) > 1)).toBe(true);
    expect(completed.filter((line) => line["outcome"] === "success").length).toBeGreaterThan(EXCHANGES / 4);
  });
});
