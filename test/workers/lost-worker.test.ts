// Checks what is left when a worker is killed: the other's streams go on, its own break, another takes its place, and the sums stay.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { AUTH, configText } from "../support/config.ts";
import { until, within } from "../support/deadline.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { workersOf } from "../support/worker-processes.ts";
import { ends, openStream, openStreams, type StreamUpstream, startStreamUpstream } from "./held-streams.ts";

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function upstream(): Promise<StreamUpstream> {
  const started = await startStreamUpstream();
  closing.push(started);
  return started;
}

const METRICS = "observability: {metrics: {enabled: true, path: /m, token: a-metrics-token-0001}}";

async function serve(base: string, workers = 2): Promise<BuiltGateway> {
  const gateway = await startBuiltGateway(configText({ base, top: [`workers: ${workers}`, METRICS] }));
  closing.push(gateway);
  return gateway;
}

/** The value of a metric, by the beginning of its line. */
async function metric(port: number, name: string): Promise<number> {
  const { body } = await exchange(port, requestText("GET", "/m", ["authorization: Bearer a-metrics-token-0001"]));
  const line = body
    .toString()
    .split("\n")
    .find((one) => one.startsWith(name));
  return Number(line?.slice(line.lastIndexOf(" ") + 1));
}

const serves = (gateway: BuiltGateway, from: number) => gateway.logged(({ msg }) => msg === "worker serves", from);

test("a killed worker's streams break, the other's don't, it is replaced, and the sums of both stay", async () => {
  const source = await upstream();
  const gateway = await serve(source.url);
  const streams = await openStreams(gateway.port, 40);
  expect(await metric(gateway.port, "gateway_inflight_requests")).toBe(40);
  const [victim = 0, survivor = 0] = workersOf(gateway.pid);
  process.kill(victim, "SIGKILL");
  const { line, at } = await gateway.logged(({ msg }) => msg === "worker ended: it is replaced");
  expect(line).toMatchObject({ level: "error", worker: 1, pid: victim, code: null, signal: "SIGKILL", pause_ms: 100 });
  const { line: next } = await serves(gateway, at);
  expect(next).toMatchObject({ level: "info", worker: 3 });
  expect(workersOf(gateway.pid)).toEqual([survivor, next["pid"]]);
  const left = await metric(gateway.port, "gateway_inflight_requests");
  // The next ones are shared with the worker that has just come.
  const later = await openStreams(gateway.port, 10);
  source.finish();
  // Connections are shared out evenly, but not exactly.
  expect(left).toBeGreaterThan(10);
  expect(left).toBeLessThan(30);
  const broken = Array(40 - left).fill("broken: ECONNRESET");
  expect((await ends(streams)).sort()).toEqual([...broken, ...Array(left).fill("whole")]);
  expect(await ends(later)).toEqual(Array(10).fill("whole"));
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  const by = (worker: number) =>
    gateway.lines.filter(
      (one) => one.msg === "request completed" && one["route_id"] === "up" && one["worker"] === worker,
    );
  expect(by(1).length).toBe(0);
  expect(by(2).length).toBeGreaterThan(left);
  expect(by(3).length).toBe(left + 10 - by(2).length);
});

test("the counters of a killed worker stay in the sums", async () => {
  const source = await upstream();
  source.finish();
  const gateway = await serve(source.url);
  await ends(await openStreams(gateway.port, 10));
  const name = 'gateway_requests_total{route_id="up"';
  expect(await metric(gateway.port, name)).toBe(10);
  for (const pid of workersOf(gateway.pid)) {
    const from = gateway.lines.length;
    process.kill(pid, "SIGKILL");
    await serves(gateway, from);
  }
  await ends(await openStreams(gateway.port, 4));
  expect(await metric(gateway.port, name)).toBe(14);
});

test("a worker that is killed again and again waits longer each time, and none else is disturbed", async () => {
  const source = await upstream();
  const gateway = await serve(source.url);
  // One stream for each worker: whose is whose shows when one breaks.
  const streams = await openStreams(gateway.port, 2);
  const pauses: unknown[] = [];
  let [victim = 0] = workersOf(gateway.pid);
  for (let n = 0; n < 3; n++) {
    const from = gateway.lines.length;
    process.kill(victim, "SIGKILL");
    pauses.push((await gateway.logged(({ msg }) => msg === "worker ended: it is replaced", from)).line["pause_ms"]);
    victim = Number((await serves(gateway, from)).line["pid"]);
  }
  expect(pauses).toEqual([100, 200, 400]);
  source.finish();
  expect((await ends(streams)).sort()).toEqual(["broken: ECONNRESET", "whole"]);
}, 60_000);

test("when all workers are killed at once, the gateway serves again, and no connection is left open for ever", async () => {
  const source = await upstream();
  source.finish();
  const gateway = await serve(source.url, 3);
  const from = gateway.lines.length;
  let over = false;
  const results: string[] = [];
  // Clients that come all the time, so that some are being handed over when the workers die.
  const clients = Array.from({ length: 8 }, async () => {
    while (!over) {
      const stream = openStream(gateway.port).then(({ ended }) => ended);
      results.push(await within("a client's answer", stream).catch((err: Error) => err.message));
    }
  });
  for (let round = 0; round < 3; round++) {
    const at = gateway.lines.length;
    for (const pid of workersOf(gateway.pid)) process.kill(pid, "SIGKILL");
    for (let n = 0, next = at; n < 3; n++) next = (await serves(gateway, next)).at + 1;
  }
  over = true;
  await Promise.all(clients);
  expect(results.filter((result) => result.startsWith("waited"))).toEqual([]);
  expect(results.filter((result) => result === "whole").length).toBeGreaterThan(8);
  expect(gateway.lines.slice(from).filter(({ msg }) => msg === "uncaught error")).toEqual([]);
  expect((await exchange(gateway.port, requestText("GET", "/up/x", [AUTH]))).status).toBe(200);
  gateway.kill("SIGTERM");
  expect(await within("the end of the gateway", gateway.ended)).toBe(0);
}, 60_000);

/** Code by which a worker, at a signal, starts a process that keeps the worker's channel open for a while. */
const CHANNEL_KEEPER = `
const { isWorker } = require("node:cluster");
if (isWorker) process.on("SIGWINCH", () => {
  require("node:child_process").spawn("sleep", ["1"], { stdio: ["ignore", "ignore", "ignore", 3] });
});
`;

test("a worker whose channel is closed only after its end, with a connection on its way, is forgotten, too", async () => {
  const source = await upstream();
  source.finish();
  const folder = mkdtempSync(join(tmpdir(), "workers-channel-"));
  const script = join(folder, "keeper.cjs");
  writeFileSync(script, CHANNEL_KEEPER);
  const text = configText({ base: source.url, top: ["workers: 2"] });
  const gateway = await startBuiltGateway(text, { NODE_OPTIONS: `--require ${script}` });
  closing.push(gateway);
  const [victim = 0] = workersOf(gateway.pid);
  process.kill(victim, "SIGWINCH");
  await until("the process that keeps the channel", () => workersOf(victim).length === 1);
  process.kill(victim, "SIGSTOP");
  // Each worker gets one of these.
  const streams = [1, 2].map(() => openStream(gateway.port).then(({ ended }) => ended));
  expect(await Promise.race(streams)).toBe("whole");
  process.kill(victim, "SIGKILL");
  await serves(gateway, 0);
  await within("the end of both streams", Promise.allSettled(streams));
  gateway.kill("SIGTERM");
  expect(await within("the end of the gateway", gateway.ended)).toBe(0);
  rmSync(folder, { recursive: true });
}, 30_000);
