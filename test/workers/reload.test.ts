// Checks reloads of a gateway with workers: all workers change their plan or none does, once and without losing anything.

import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { startGenerationUpstream, startLoad } from "../reload/load.ts";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { makePair } from "../support/certificates.ts";
import { AUTH, configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { writePair } from "../support/tls-files.ts";
import { workersOf } from "../support/worker-processes.ts";
import { ends, openStreams, type StreamUpstream, startStreamUpstream } from "./held-streams.ts";

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function upstream(): Promise<StreamUpstream> {
  const started = await startStreamUpstream();
  closing.push(started);
  return started;
}

async function serve(text: string): Promise<BuiltGateway> {
  const gateway = await startBuiltGateway(text);
  closing.push(gateway);
  return gateway;
}

const METRICS = "observability: {metrics: {enabled: true, path: /m, token: a-metrics-token-0001}}";

/** A config that sends its generation to the upstream. */
function generation(base: string, number: number, ...top: string[]): string {
  const text = configText({ base, top: ["workers: 2", METRICS, ...top] });
  return text.replace("inject_headers: [", `inject_headers: [{name: x-generation, value: "${number}"}, `);
}

function replace({ file }: BuiltGateway, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const OUTCOME = /^reload(ed$| refused)/;

/** Replaces the config, sends the signal, and waits for the line with the outcome. @param from the first line to look at */
async function reload(gateway: BuiltGateway, text: string, from = 0) {
  replace(gateway, text);
  gateway.kill("SIGHUP");
  return gateway.logged(({ msg }) => OUTCOME.test(msg), from);
}

const outcomes = ({ lines }: BuiltGateway) => lines.filter(({ msg }) => OUTCOME.test(msg));

/** The generations that serve new requests, over so many connections that each worker is asked. */
async function served(port: number): Promise<string[]> {
  const answers = await Promise.all(
    Array.from({ length: 6 }, async () => (await exchange(port, requestText("GET", "/up/x", [AUTH]))).body.toString()),
  );
  return [...new Set(answers)];
}

async function metric(port: number, name: string): Promise<string[]> {
  const { body } = await exchange(port, requestText("GET", "/m", ["authorization: Bearer a-metrics-token-0001"]));
  return body.toString().match(new RegExp(`^${name}\\b.*`, "gm")) ?? [];
}

test("20 reloads under load: each response comes from one plan, the newest, and no connection is closed", async () => {
  const source = await startGenerationUpstream();
  closing.push(source);
  const gateway = await serve(generation(source.url, 0));
  const size = { clients: 6, streams: 24, uploads: 2 };
  const number = { sure: 0, tried: 0 };
  const load = startLoad(gateway.port, size, () => number);
  let from = 0;
  for (let n = 1; n <= 20; n++) {
    number.tried = n;
    const { line, at } = await reload(gateway, generation(source.url, n), from);
    expect(line).toMatchObject({ msg: "reloaded", changed: ["up"] });
    number.sure = n;
    from = at + 1;
  }
  await load.finish();
  expect(load.wrong).toEqual([]);
  expect(load.done.streams).toBeGreaterThanOrEqual(size.streams);
  expect(load.done.requests).toBeGreaterThan(100);
  expect(load.connections.count).toBeLessThanOrEqual(size.clients + size.streams + size.uploads);
  expect(outcomes(gateway)).toHaveLength(20);
  expect(outcomes(gateway).every(({ worker }) => worker === undefined)).toBe(true);
  expect(await metric(gateway.port, "gateway_config_reloads_total")).toContain(
    'gateway_config_reloads_total{result="success"} 20',
  );
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  const completed = gateway.lines.filter(({ msg, path }) => msg === "request completed" && path !== "/m");
  expect(completed).toHaveLength(load.done.requests + load.done.streams + load.done.uploads);
}, 60_000);

test("streams under way stay on the plan that they began with", async () => {
  const source = await upstream();
  const gateway = await serve(generation(source.url, 1));
  const before = await openStreams(gateway.port, 6);
  await reload(gateway, generation(source.url, 2));
  const after = await openStreams(gateway.port, 6);
  expect(new Set(before.map((stream) => stream.generation))).toEqual(new Set(["1"]));
  expect(new Set(after.map((stream) => stream.generation))).toEqual(new Set(["2"]));
  source.finish();
  expect(await ends([...before, ...after])).toEqual(Array(12).fill("whole"));
});

test("a config with errors changes no worker, and is counted once", async () => {
  const source = await upstream();
  const gateway = await serve(generation(source.url, 1));
  const { line } = await reload(gateway, generation(source.url, 2).replace("prefix: /up", "prefix: up"));
  expect(line).toMatchObject({ msg: "reload refused: the config in use stays", reason: "the config has errors" });
  expect(await served(gateway.port)).toEqual(["1"]);
  expect(await metric(gateway.port, "gateway_config_reloads_total")).toContain(
    'gateway_config_reloads_total{result="failure"} 1',
  );
});

test("a worker that does not answer makes the reload fail with a reason, and none has the new plan", async () => {
  const source = await upstream();
  const gateway = await serve(generation(source.url, 1));
  const [frozen = 0] = workersOf(gateway.pid);
  process.kill(frozen, "SIGSTOP");
  replace(gateway, generation(source.url, 2));
  gateway.kill("SIGHUP");
  const { line, at } = await gateway.logged(({ msg }) => OUTCOME.test(msg));
  process.kill(frozen, "SIGCONT");
  expect(line).toMatchObject({ level: "error", reason: "worker 1 did not answer within 5000 ms" });
  expect(await served(gateway.port)).toEqual(["1"]);
  // Its late answer is not taken for that of the next reload.
  await reload(gateway, generation(source.url, 3), at + 1);
  expect(await served(gateway.port)).toEqual(["3"]);
  expect(outcomes(gateway).map(({ msg }) => msg)).toEqual(["reload refused: the config in use stays", "reloaded"]);
}, 20_000);

test("a worker that dies during a reload takes no part in it, and the one that replaces it has the new plan", async () => {
  const source = await upstream();
  const gateway = await serve(generation(source.url, 1));
  const [frozen = 0] = workersOf(gateway.pid);
  process.kill(frozen, "SIGSTOP");
  replace(gateway, generation(source.url, 2));
  gateway.kill("SIGHUP");
  // Of two connections, each worker gets one. The other worker serves the old plan until the reload is decided.
  const asked = [1, 2].map(async () =>
    (await exchange(gateway.port, requestText("GET", "/up/x", [AUTH]))).body.toString(),
  );
  expect(await Promise.race(asked)).toBe("1");
  process.kill(frozen, "SIGKILL");
  // What the dead worker had accepted, or was handed, is not left open for ever.
  await within("the end of both requests", Promise.allSettled(asked));
  const { line } = await gateway.logged(({ msg }) => OUTCOME.test(msg));
  expect(line.msg).toBe("reloaded");
  await gateway.logged(({ msg, worker }) => msg === "worker serves" && worker === 3);
  expect(await served(gateway.port)).toEqual(["2"]);
});

test("a worker that starts after a reload has the plan in use, with the settings of the start that need a restart", async () => {
  const source = await upstream();
  const gateway = await serve(generation(source.url, 1));
  const moved = generation(source.url, 2).replace("127.0.0.1:0", "127.0.0.1:1");
  await reload(gateway, moved);
  expect((await gateway.logged(({ keys }) => keys !== undefined)).line).toMatchObject({ keys: ["listen"] });
  for (const pid of workersOf(gateway.pid)) {
    const from = gateway.lines.length;
    process.kill(pid, "SIGKILL");
    await gateway.logged(({ msg }) => msg === "worker serves", from);
  }
  expect(await served(gateway.port)).toEqual(["2"]);
});

test("a renewed certificate is served by all workers, also by one that starts later, and a session is resumed by any", async () => {
  const source = await upstream();
  const folder = mkdtempSync(join(tmpdir(), "workers-tls-"));
  const [first, second] = [await makePair(), await makePair()];
  try {
    const tls = await writePair(folder, first);
    const gateway = await serve(generation(source.url, 1, tls));
    expect(await certificates(gateway.port)).toEqual([first.fingerprint]);
    expect(await resumed(gateway.port)).toBe(true);
    await writePair(folder, second);
    await reload(gateway, generation(source.url, 2, tls));
    expect(await certificates(gateway.port)).toEqual([second.fingerprint]);
    const [pid = 0] = workersOf(gateway.pid);
    process.kill(pid, "SIGKILL");
    await gateway.logged(({ msg }) => msg === "worker serves");
    expect(await certificates(gateway.port)).toEqual([second.fingerprint]);
    expect(await resumed(gateway.port)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function dial(port: number, session?: Buffer) {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, session, maxVersion: "TLSv1.2" });
  return within("a handshake", once(socket, "secureConnect")).then(() => socket);
}

/** The certificates that four connections are shown, each once. */
async function certificates(port: number): Promise<string[]> {
  const shown = new Set<string>();
  for (let n = 0; n < 4; n++) {
    const socket = await dial(port);
    shown.add(socket.getPeerCertificate().fingerprint256);
    socket.destroy();
  }
  return [...shown];
}

/** Whether each of four connections can resume the session of another one. */
async function resumed(port: number): Promise<boolean> {
  const first = await dial(port);
  const session = first.getSession();
  first.destroy();
  const reused: boolean[] = [];
  for (let n = 0; n < 4; n++) {
    const socket = await dial(port, session);
    reused.push(socket.isSessionReused());
    socket.destroy();
  }
  return reused.every(Boolean);
}
