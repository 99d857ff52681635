// Checks the log of a gateway with workers: whole lines of all of them, written by one process as the config says.

import { constants, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { AUTH, configText, TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { until } from "../support/deadline.ts";
import { Program, START_MS } from "../support/program.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { isRunning, workersOf } from "../support/worker-processes.ts";

const BIN = join(import.meta.dirname, "../../bin/ai-gw-lite.js");

const closing: { close(): Promise<void> }[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function upstream(): Promise<Upstream> {
  const started = await startUpstream();
  closing.push(started);
  return started;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "workers-log-"));
  folders.push(folder);
  return folder;
}

const withLogging = (base: string, logging: string): string =>
  configText({ base, top: ["workers: 2", `observability: {logging: {${logging}}}`] });

async function serve(text: string, env?: Readonly<Record<string, string>>): Promise<BuiltGateway> {
  const gateway = await startBuiltGateway(text, env);
  closing.push(gateway);
  return gateway;
}

const ask = async (port: number, path: string) => (await exchange(port, requestText("GET", path, [AUTH]))).status;
const completed = ({ lines }: BuiltGateway) => lines.filter(({ msg }) => msg === "request completed");

test("text goes to a file of the period and to standard output alike, and each line of a request names its worker", async () => {
  const { url } = await upstream();
  const folder = newFolder();
  const logging = `format: text, file: {dir: "${folder}/logs", rotation: daily}`;
  writeFileSync(join(folder, "config.yaml"), withLogging(url, logging));
  const program = new Program(process.execPath, [BIN, "serve", "--config", join(folder, "config.yaml")]);
  closing.push(program);
  const [, port] = await program.until(/listening address=127\.0\.0\.1:(\d+)/, START_MS);
  for (let n = 0; n < 6; n++) await ask(Number(port), `/up/${n}`);
  program.signal("SIGTERM");
  expect(await program.ended()).toBe(0);
  const names = readdirSync(join(folder, "logs"));
  expect(names).toEqual([expect.stringMatching(/^ai-gw-lite\.\d{4}-\d\d-\d\d\.log$/)]);
  const text = readFileSync(join(folder, "logs", names[0] ?? ""), "utf8");
  const lines = text.trimEnd().split("\n");
  const ofRequests = lines.filter((line) => line.includes("request completed"));
  expect(ofRequests).toHaveLength(6);
  for (const line of ofRequests) expect(line).toMatch(/^\S+Z INFO {2}request completed worker=[12] request_id=/);
  expect(lines.filter((line) => line.includes("worker="))).toEqual(ofRequests);
  for (const line of lines) expect(program.output).toContain(`${line}\n`);
});

test("debug lines of workers are written when the level asks for them", async () => {
  const { url } = await upstream();
  const gateway = await serve(withLogging(url, "level: debug"));
  await ask(gateway.port, "/healthz");
  await gateway.logged(({ level, worker, path }) => level === "debug" && worker !== undefined && path === "/healthz");
});

test("a burst of long lines of both workers loses none and mixes none", async () => {
  const { url } = await upstream();
  const gateway = await serve(withLogging(url, "level: info"));
  const count = 1500;
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const long = "x".repeat(4000);
  await Promise.all(Array.from({ length: count }, (_, n) => get(gateway.port, agent, `/up/${n}/${long}`)));
  agent.destroy();
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  // A mixed line would not have been parsed.
  const paths = completed(gateway).map(({ path }) => String(path));
  const numbers = paths.map((path) => Number(path.split("/")[2])).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: count }, (_, n) => n));
  expect(new Set(paths.map((path) => path.length - path.indexOf("x")))).toEqual(new Set([long.length]));
  expect(new Set(completed(gateway).map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  expect(gateway.output.err).not.toContain("lost");
}, 60_000);

function get(port: number, agent: Agent, path: string): Promise<void> {
  const [name = "", value = ""] = AUTH.split(": ");
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", agent, path, headers: { [name]: value } });
    sent.once("error", reject);
    sent.once("response", (res: IncomingMessage) => res.resume().once("end", resolve));
    sent.end();
  });
}

/** Code that a test puts into all processes of a gateway. On a signal, a worker has a bug, or writes where only the log should. */
const MISCHIEF = `
const { isWorker } = require("node:cluster");
if (isWorker) process.on("SIGUSR2", () => {
  setImmediate(() => { throw new Error("a bug of the test"); });
  Promise.reject(new Error("another bug"));
});
if (isWorker) process.on("SIGWINCH", () => {
  require("node:fs").writeSync(1, "noise\\n{\\"level\\":\\"half a li");
  process.stderr.write("noise on standard error\\n");
});
`;

test("a bug in a worker is logged and ends nothing, and output that is no log line breaks no line", async () => {
  const { url } = await upstream();
  const script = join(newFolder(), "mischief.cjs");
  writeFileSync(script, MISCHIEF);
  const gateway = await serve(withLogging(url, "level: info"), { NODE_OPTIONS: `--require ${script}` });
  const workers = workersOf(gateway.pid);
  const [first = 0] = workers;
  // A worker waits for its pipe, in place of trying again after a while.
  expect(
    Number.parseInt(/^flags:\s+(\d+)/m.exec(readFileSync(`/proc/${first}/fdinfo/1`, "utf8"))?.[1] ?? "", 8),
  ).toSatisfy((flags: number) => (flags & constants.O_NONBLOCK) === 0);
  process.kill(first, "SIGUSR2");
  const { line } = await gateway.logged(
    ({ msg, error }) => msg === "uncaught error" && error === "Error: a bug of the test",
  );
  expect(line).toMatchObject({ level: "error", worker: 1, place: expect.stringContaining("mischief.cjs") });
  await gateway.logged(({ error, worker }) => error === "Error: another bug" && worker === 1);
  process.kill(first, "SIGWINCH");
  const noise = await gateway.logged(({ msg }) => msg === "a worker wrote something that is no log line");
  expect(noise.line).toMatchObject({ level: "warn", worker: 1, line: "noise" });
  await until("standard error of the worker", () => gateway.output.err.includes("noise on standard error\n"));
  // Killed in the middle of a line: the rest of the line is dropped.
  process.kill(first, "SIGKILL");
  await gateway.logged(({ msg }) => msg === "worker serves");
  expect(gateway.output.out).not.toContain("half a li");
  expect(await ask(gateway.port, "/up/x")).toBe(200);
  expect(workers.slice(1).every(isRunning)).toBe(true);
});

test("nothing that the processes send each other comes into the log", async () => {
  const { url } = await upstream();
  const text = withLogging(url, "level: debug");
  const gateway = await serve(text);
  writeFileSync(gateway.file, `${text}  - {id: two, prefix: /two, upstream: {base_url: "${url}"}}\n`);
  gateway.kill("SIGHUP");
  const { at } = await gateway.logged(({ msg }) => msg === "reloaded");
  process.kill(workersOf(gateway.pid)[0] ?? 0, "SIGKILL");
  await gateway.logged(({ msg }) => msg === "worker serves", at);
  expect(await ask(gateway.port, "/up/x")).toBe(200);
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  const output = gateway.output.out + gateway.output.err;
  for (const secret of [TOKEN, UPSTREAM_KEY]) expect(output).not.toContain(secret);
});
