// Checks how a gateway with workers starts and stops: what it says, how it ends, and that no process is ever left behind.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { AUTH, type ConfigParts, configText } from "../support/config.ts";
import { until } from "../support/deadline.ts";
import { listen } from "../support/listen.ts";
import { Program } from "../support/program.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { isRunning, untilGone, workersOf } from "../support/worker-processes.ts";
import { ends, openStreams, type StreamUpstream, startStreamUpstream } from "./held-streams.ts";

const BIN = join(import.meta.dirname, "../../bin/ai-gw-lite.js");

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function upstream(): Promise<StreamUpstream> {
  const started = await startStreamUpstream();
  closing.push(started);
  return started;
}

async function serve(base: string, parts: Omit<ConfigParts, "base"> = {}): Promise<BuiltGateway> {
  const gateway = await startBuiltGateway(configText({ base, ...parts, top: ["workers: 2", ...(parts.top ?? [])] }));
  closing.push(gateway);
  return gateway;
}

const linesWith = ({ lines }: BuiltGateway, msg: string) => lines.filter((line) => line.msg === msg);
const ask = async (port: number) => (await exchange(port, requestText("GET", "/up/x", [AUTH]))).status;

test("all workers listen at one free port, take requests in turn, and it is said once", async () => {
  const { url } = await upstream();
  const gateway = await serve(url);
  expect(workersOf(gateway.pid)).toHaveLength(2);
  for (let n = 0; n < 10; n++) expect(await ask(gateway.port)).toBe(200);
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  expect(linesWith(gateway, "listening")).toMatchObject([
    { address: `127.0.0.1:${gateway.port}`, tls: false, routes: 1, workers: 2 },
  ]);
  const completed = linesWith(gateway, "request completed");
  expect(completed).toHaveLength(10);
  expect(new Set(completed.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  const others = gateway.lines.filter(({ msg }) => msg !== "request completed");
  expect(others.filter(({ worker }) => worker !== undefined)).toEqual([]);
  expect(others.map(({ msg }) => msg).slice(-3)).toEqual(["listening", "draining", "stopped"]);
});

test.skipIf(process.platform !== "linux")("the list of processes tells workers from the primary", async () => {
  const { url } = await upstream();
  const gateway = await serve(url);
  const line = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim();
  expect(workersOf(gateway.pid).map(line)).toEqual(["ai-gw-lite worker 1", "ai-gw-lite worker 2"]);
  expect(line(gateway.pid)).toMatch(/ai-gw-lite\.js serve /);
});

test("a port that is taken ends the start with one error, and no process is left", async () => {
  const taken = createServer();
  const port = await listen(taken);
  const { url } = await upstream();
  const text = configText({ base: url, top: ["workers: 2"] }).replace("127.0.0.1:0", `127.0.0.1:${port}`);
  const failed = await startBuiltGateway(text).then(
    () => "it started",
    (err: Error) => err.message,
  );
  expect(failed).toContain('"msg":"serving failed"');
  expect(failed.match(/"level":"error"/g)).toHaveLength(1);
  expect(failed.match(/^ai-gw-lite: .*/gm)).toEqual([
    `ai-gw-lite: listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
  ]);
});

test.each([
  ["the primary", (gateway: BuiltGateway) => [gateway.pid]],
  ["all processes, workers first", (gateway: BuiltGateway) => [...workersOf(gateway.pid), gateway.pid]],
  ["all processes, the primary first", (gateway: BuiltGateway) => [gateway.pid, ...workersOf(gateway.pid)]],
])("a signal to %s drains: streams under way end whole, and all processes are gone", async (_whom, whom) => {
  const source = await upstream();
  const gateway = await serve(source.url);
  const workers = workersOf(gateway.pid);
  const streams = await openStreams(gateway.port, 8);
  for (const pid of whom(gateway)) process.kill(pid, "SIGTERM");
  const { line } = await gateway.logged(({ msg }) => msg === "draining");
  expect(line).toMatchObject({ signal: "SIGTERM", in_flight: 8 });
  expect(workers.every(isRunning)).toBe(true);
  source.finish();
  expect(await ends(streams)).toEqual(Array(8).fill("whole"));
  expect(await gateway.ended).toBe(0);
  expect(workers.some(isRunning)).toBe(false);
  expect(linesWith(gateway, "stopped")).toMatchObject([{ whole: true }]);
  expect(linesWith(gateway, "request completed")).toHaveLength(8);
});

test("what is not finished after the drain timeout is broken, and the exit code says so", async () => {
  const source = await upstream();
  const gateway = await serve(source.url, { top: ["shutdown: {drain_timeout_ms: 50}"] });
  const streams = await openStreams(gateway.port, 4);
  gateway.kill("SIGTERM");
  expect(await ends(streams)).toEqual(Array(4).fill("broken: ECONNRESET"));
  expect(await gateway.ended).toBe(1);
  expect(linesWith(gateway, "stopped")).toMatchObject([{ whole: false }]);
});

test("a second signal ends all processes at once", async () => {
  const source = await upstream();
  const gateway = await serve(source.url);
  const workers = workersOf(gateway.pid);
  await openStreams(gateway.port, 4);
  gateway.kill("SIGTERM");
  await gateway.logged(({ msg }) => msg === "draining");
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(1);
  await untilGone(workers);
  expect(linesWith(gateway, "second signal: ended at once")).toHaveLength(1);
});

test("workers whose primary is killed finish what they have, take nothing new, and end", async () => {
  const source = await upstream();
  const gateway = await serve(source.url);
  const workers = workersOf(gateway.pid);
  const streams = await openStreams(gateway.port, 8);
  gateway.kill("SIGKILL");
  await untilGone([gateway.pid]);
  expect(workers.every(isRunning)).toBe(true);
  await expect(ask(gateway.port)).rejects.toThrow();
  source.finish();
  expect(await ends(streams)).toEqual(Array(8).fill("whole"));
  await untilGone(workers);
});

test("an idle worker whose primary is killed ends by itself", async () => {
  const source = await upstream();
  const gateway = await serve(source.url);
  const workers = workersOf(gateway.pid);
  gateway.kill("SIGKILL");
  await untilGone(workers);
});

test("a worker that is killed while it drains makes the exit code 1", async () => {
  const source = await upstream();
  const gateway = await serve(source.url);
  const [first = 0] = workersOf(gateway.pid);
  const streams = await openStreams(gateway.port, 8);
  gateway.kill("SIGTERM");
  await gateway.logged(({ msg }) => msg === "draining");
  process.kill(first, "SIGKILL");
  source.finish();
  await ends(streams);
  expect(await gateway.ended).toBe(1);
  expect(linesWith(gateway, "worker ended: it is replaced")).toEqual([]);
});

test("one worker is today's gateway: the process serves itself", async () => {
  const { url } = await upstream();
  const gateway = await startBuiltGateway(configText({ base: url, top: ["workers: 1"] }));
  closing.push(gateway);
  expect(await ask(gateway.port)).toBe(200);
  expect(workersOf(gateway.pid)).toEqual([]);
  expect(linesWith(gateway, "listening")).toMatchObject([{ address: `127.0.0.1:${gateway.port}` }]);
  expect(gateway.lines.filter(({ worker, workers }) => worker !== undefined || workers !== undefined)).toEqual([]);
});

/** Code that lets a worker boot slowly: it sleeps before anything else of it runs. */
const SLOW_BOOT = `
if (process.env.AI_GW_LITE_WORKER !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
`;

test.each([
  ["the primary", "SIGTERM", (pid: number, _workers: readonly number[]) => [pid]],
  ["all processes", "SIGINT", (pid: number, workers: readonly number[]) => [pid, ...workers]],
] as const)("a signal to %s while the workers boot ends all with 0", async (_whom, signal, whom) => {
  const { url } = await upstream();
  const folder = mkdtempSync(join(tmpdir(), "workers-boot-"));
  const [script, file] = [join(folder, "slow.cjs"), join(folder, "config.yaml")];
  writeFileSync(script, SLOW_BOOT);
  writeFileSync(file, configText({ base: url, top: ["workers: 2"] }));
  const env = { ...process.env, NODE_OPTIONS: `--require ${script}` };
  const program = new Program(process.execPath, [BIN, "serve", "--config", file], { env });
  closing.push(program);
  const pid = program.pid ?? 0;
  await until("two workers", () => workersOf(pid).length === 2);
  const workers = workersOf(pid);
  for (const one of whom(pid, workers)) process.kill(one, signal);
  expect(await program.ended()).toBe(0);
  expect(workers.some(isRunning)).toBe(false);
  expect(program.output).not.toContain('"level":"error"');
  rmSync(folder, { recursive: true });
});
