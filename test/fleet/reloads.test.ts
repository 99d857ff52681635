// Reloads a gateway with two workers 100 times over a real Redis, by signal and by the file alone, with streams and load under way: nothing is
// lost, each response comes from one plan, and a request is counted in the limits of that plan alone.

import { renameSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Load, startGenerationUpstream, startLoad } from "../reload/load.ts";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { TOKEN } from "../support/config.ts";
import { total } from "../support/prometheus.ts";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { workersOf } from "../support/worker-processes.ts";
import { eventually } from "./patience.ts";
import { METRICS_TOKEN, tokenOf } from "./real-fleet.ts";
import { scrape } from "./scrape.ts";

const RELOADS = 100;
const TEST_MS = 600_000;

/** Even generations limit the rate of the client, odd ones that of the route. So Redis tells which plan has counted a request. */
function plan(redis: TestRedis, base: string, generation: number): string {
  const isEven = generation % 2 === 0;
  return [
    "listen: 127.0.0.1:0",
    "workers: 2",
    "reload: {watch: true}",
    `state: {redis: {url: "${redis.url}", timeout_ms: 20000}}`,
    `observability: {metrics: {enabled: true, token: ${METRICS_TOKEN}}}`,
    ...(isEven ? [] : ["rate_limit: {per_minute: 1000000}"]),
    "gateway_auth:",
    "  clients:",
    `    - {id: counted, tokens: [${tokenOf("counted")}]${isEven ? ", rate_limit: {per_minute: 1000000}" : ""}}`,
    `    - {id: load, tokens: [${TOKEN}], max_inflight: ${500 + (generation % 2)}}`,
    "routes:",
    "  - id: up",
    "    prefix: /up",
    "    upstream:",
    `      base_url: ${base}`,
    `      inject_headers: [{name: x-generation, value: "${generation}"}]`,
    "",
  ].join("\n");
}

const BAD: readonly ((config: string) => string)[] = [
  (config) => config.replace("routes:", "rutes:"),
  (config) => config.slice(0, config.length / 2),
  (config) => config.replace("prefix: /up", "prefix: up"),
];

const OUTCOME = /^reload(ed$| refused)/;

/** What the minute of the counted client says: how many requests each kind of plan has counted. */
function counted(redis: TestRedis): { readonly minute: string; readonly even: number; readonly odd: number } {
  const fields = redis.cli("HMGET", "ai-gw-lite:{client:counted}:minute", "m", "n", "rup").split("\n");
  return { minute: fields[0] ?? "", even: Number(fields[1] ?? 0), odd: Number(fields[2] ?? 0) };
}

/** The generation that a request came through; `undefined`: its connection broke. */
function ask(port: number): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${tokenOf("counted")}` };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path: "/up/x", headers, agent: false }, (res) => {
      text(res).then(
        (body) => {
          if (res.statusCode === 200) resolve(Number((JSON.parse(body) as { generation: string }).generation));
          else reject(new Error(`answered with ${res.statusCode} ${body}`));
        },
        () => resolve(undefined),
      );
    });
    sent.once("error", () => resolve(undefined));
    sent.end();
  });
}

const ASKED = 8;
const askMany = (port: number) => Promise.all(Array.from({ length: ASKED }, () => ask(port)));

interface Scene {
  readonly redis: TestRedis;
  readonly base: string;
  readonly gateway: BuiltGateway;
  readonly number: { sure: number; tried: number };
  /** How many rounds were compared with what Redis counted. */
  compared: number;
}

async function startScene(): Promise<Scene> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const source = await startGenerationUpstream();
  onTestFinished(() => source.close());
  const gateway = await startBuiltGateway(plan(redis, source.url, 0));
  onTestFinished(() => gateway.close());
  return { redis, base: source.url, gateway, number: { sure: 0, tried: 0 }, compared: 0 };
}

function replace({ gateway: { file } }: Scene, config: string): void {
  writeFileSync(`${file}.new`, config);
  renameSync(`${file}.new`, file);
}

interface Round {
  readonly bySignal: boolean;
  /** Called when the reload was asked for. */
  readonly meanwhile?: () => void;
}

/** Reloads once, asks during it and after it, and compares the answers with what was counted. */
async function round(scene: Scene, { bySignal, meanwhile }: Round): Promise<(number | undefined)[]> {
  const { redis, base, gateway, number } = scene;
  const before = counted(redis);
  const from = gateway.lines.length;
  const sure = number.tried;
  number.tried++;
  replace(scene, plan(redis, base, number.tried));
  if (bySignal) gateway.kill("SIGHUP");
  meanwhile?.();
  const during = askMany(gateway.port);
  const outcome = () => gateway.lines.slice(from).find(({ msg }) => OUTCOME.test(msg));
  await eventually(
    () => `the reload to ${number.tried}`,
    () => outcome() !== undefined,
  );
  expect(outcome()).toMatchObject({ msg: "reloaded" });
  number.sure = number.tried;
  const after = await askMany(gateway.port);
  const all = [...(await during), ...after];
  for (const generation of await during) expect([undefined, sure, number.tried]).toContain(generation);
  for (const generation of after) expect([undefined, number.tried]).toContain(generation);
  compare(scene, before, all);
  return all;
}

/** Each request was counted once, by the plan that served it. Where another minute has begun, the counts are gone. */
function compare(scene: Scene, before: ReturnType<typeof counted>, all: readonly (number | undefined)[]): void {
  const now = counted(scene.redis);
  if (all.includes(undefined) || now.minute !== before.minute) return;
  const even = all.filter((generation) => generation !== undefined && generation % 2 === 0).length;
  expect({ even: now.even - before.even, odd: now.odd - before.odd }).toEqual({ even, odd: all.length - even });
  scene.compared++;
}

async function refused(scene: Scene, bad: (config: string) => string): Promise<void> {
  const { redis, base, gateway, number } = scene;
  const before = counted(redis);
  const from = gateway.lines.length;
  replace(scene, bad(plan(redis, base, 9999)));
  gateway.kill("SIGHUP");
  const outcome = () => gateway.lines.slice(from).find(({ msg }) => OUTCOME.test(msg));
  await eventually(
    () => "a refused reload",
    () => outcome() !== undefined,
  );
  expect(outcome()).toMatchObject({ msg: "reload refused: the config in use stays", reason: "the config has errors" });
  const all = await askMany(gateway.port);
  expect(all).toEqual(Array(ASKED).fill(number.sure));
  compare(scene, before, all);
}

const LOAD = { clients: 4, streams: 20, uploads: 2 };

async function finish(load: Load): Promise<void> {
  await load.finish();
  expect(load.wrong).toEqual([]);
  expect(load.done.streams).toBeGreaterThanOrEqual(LOAD.streams);
  expect(load.connections.count).toBeLessThanOrEqual(LOAD.clients + LOAD.streams + LOAD.uploads);
}

describe.skipIf(!hasRedis)("100 reloads of a gateway with two workers", () => {
  it(
    "lose nothing, and no request is counted by two plans",
    async () => {
      const scene = await startScene();
      const { gateway, number } = scene;
      const load = startLoad(gateway.port, LOAD, () => number);
      let refusals = 0;
      for (let n = 1; n <= RELOADS; n++) {
        const all = await round(scene, { bySignal: n % 2 === 0 });
        expect(all).not.toContain(undefined);
        if (n % 10 === 0) await refused(scene, BAD[refusals++ % BAD.length] ?? String);
      }
      await finish(load);
      expect(scene.compared).toBeGreaterThan(RELOADS / 2);
      const metrics = await scrape(gateway.port);
      expect(total(metrics, "gateway_config_reloads_total", { result: "success" })).toBe(RELOADS);
      expect(total(metrics, "gateway_config_reloads_total", { result: "failure" })).toBe(refusals);
      const outcomes = gateway.lines.filter(({ msg }) => OUTCOME.test(msg));
      expect(outcomes).toHaveLength(RELOADS + refusals);
      expect(outcomes.filter(({ worker }) => worker !== undefined)).toEqual([]);
      // Exactly the requests that clients saw are counted.
      const { requests, streams, uploads } = load.done;
      const asked = RELOADS * 2 * ASKED + refusals * ASKED;
      expect(total(metrics, "gateway_requests_total", { outcome: "success" })).toBe(
        requests + streams + uploads + asked,
      );
      expect(total(metrics, "gateway_requests_total")).toBe(requests + streams + uploads + asked);
      gateway.kill("SIGTERM");
      expect(await gateway.ended).toBe(0);
    },
    TEST_MS,
  );

  it(
    "also while workers are killed in the middle of reloads: no request gets an old plan",
    async () => {
      const scene = await startScene();
      const { gateway } = scene;
      let kills = 0;
      for (let n = 1; n <= 24; n++) {
        const from = gateway.lines.length;
        const isKilled = n % 6 === 0;
        const [first = 0, second = 0] = workersOf(gateway.pid);
        const meanwhile = (): void => {
          if (isKilled) process.kill(kills++ % 2 === 0 ? first : second, "SIGKILL");
        };
        const all = await round(scene, { bySignal: true, meanwhile });
        if (!isKilled) expect(all).not.toContain(undefined);
        else {
          await eventually(
            () => "the worker that replaces a killed one",
            () => gateway.lines.slice(from).some(({ msg }) => msg === "worker serves"),
          );
          expect(await askMany(gateway.port)).toEqual(Array(ASKED).fill(scene.number.sure));
        }
      }
      expect(kills).toBe(4);
      const metrics = await scrape(gateway.port);
      expect(total(metrics, "gateway_config_reloads_total", { result: "success" })).toBe(24);
      expect(total(metrics, "gateway_config_reloads_total", { result: "failure" })).toBe(0);
    },
    TEST_MS,
  );
});
