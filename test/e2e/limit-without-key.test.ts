// Checks that an upstream limit holds on routes without an upstream key: the requests of such a route count as those of one key.

import { afterEach, expect, test } from "vitest";
import { runningProcesses } from "../../src/cli/running-processes.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import type { UpstreamLimitSpec } from "../../src/plan/forward.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { dryRunner } from "../../src/runtime/dry/dry-run.ts";
import { type RunningGateway, startGateway } from "../../src/runtime/gateway.ts";
import { createLog } from "../../src/runtime/observe/logs/log.ts";
import { AUTH, configText, UPSTREAM_KEY } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const gateways: RunningGateway[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) {
    await gateway.stop({ graceMs: 0, drainTimeoutMs: 0 });
    expect(gateway.limits.totals()).toEqual({ downstream: 0, clients: 0, upstream: 0, waiting: 0 });
  }
});

/** Two routes without an upstream key, and the limit that each has. */
function blueprint(base: string, limit: UpstreamLimitSpec | undefined): Blueprint {
  const more = ["  - id: other", "    prefix: /other", `    upstream: {base_url: "${base}"}`];
  const text = configText({ base, more }).replace(
    `inject_headers: [{name: authorization, value: Bearer ${UPSTREAM_KEY}}]`,
    "inject_headers: []",
  );
  const result = compile(sourceFromText("test.yaml", text), {
    env: () => undefined,
    readFile: () => ({ ok: false, reason: "none" }),
  });
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return {
    ...result.value,
    routes: result.value.routes.map((route) => ({
      ...route,
      forward: { ...route.forward, upstreams: route.forward.upstreams.map((upstream) => ({ ...upstream, limit })) },
    })),
  };
}

const LIMIT: UpstreamLimitSpec = { max: 1, maxWaiting: 0, timeoutMs: 0 };

async function start(plan: Blueprint): Promise<RunningGateway> {
  const log = createLog({ level: "error", to: { write: () => {} } });
  const gateway = await startGateway(plan, log, { version: "0", processes: runningProcesses });
  gateways.push(gateway);
  return gateway;
}

const ask = ({ address: { port } }: RunningGateway, path: string) => exchange(port, requestText("GET", path, [AUTH]));

test("each route without an upstream key has a count of its own, and its slots become free", async () => {
  const held: (() => void)[] = [];
  const upstream = await scene.upstream(
    (req, res) => void (req.url === "/hold" ? held.push(() => res.end()) : res.end()),
  );
  const gateway = await start(blueprint(upstream.url, LIMIT));
  const first = ask(gateway, "/up/hold");
  await upstream.nextRequest();
  const refused = await ask(gateway, "/up/x");
  expect([refused.status, refused.text]).toEqual([503, '{"error":"upstream_concurrency_exceeded"}']);
  expect((await ask(gateway, "/other/x")).status).toBe(200);
  for (const release of held) release();
  expect((await first).status).toBe(200);
  expect((await ask(gateway, "/up/x")).status).toBe(200);
});

test("a limit that a reload adds counts the requests that are in flight", async () => {
  const held: (() => void)[] = [];
  const upstream = await scene.upstream(
    (req, res) => void (req.url === "/hold" ? held.push(() => res.end()) : res.end()),
  );
  const gateway = await start(blueprint(upstream.url, undefined));
  const first = ask(gateway, "/up/hold");
  await upstream.nextRequest();
  gateway.swap(blueprint(upstream.url, LIMIT));
  expect((await ask(gateway, "/up/x")).status).toBe(503);
  for (const release of held) release();
  expect((await first).status).toBe(200);
  expect((await ask(gateway, "/up/x")).status).toBe(200);
});

test("a dry run shows the limit as a step", () => {
  const run = dryRunner(blueprint("http://127.0.0.1:1", LIMIT), systemClock);
  const { steps } = run({ method: "GET", target: "/up/x", rawHeaders: ["host", "h", ...AUTH.split(": ")] });
  expect(steps.at(-1)).toEqual({ step: "upstreamInflight", verdict: "pass" });
});
