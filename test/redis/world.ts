// Starts gateways that share a Redis through a relay, in front of an upstream that answers when the test says so, and looks into Redis.

import { execFile } from "node:child_process";
import type { ServerResponse } from "node:http";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { samplesOf, total } from "../support/prometheus.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { TcpRelay } from "../support/tcp-relay.ts";
import { startUpstream } from "../support/upstream.ts";

/** The tokens of the clients. `free` has no limits. */
export const TOKENS = { a: "world-token-a-5d1f", b: "world-token-b-90c4", free: "world-token-free-7e22" } as const;

const METRICS_TOKEN = "world-metrics-3b6d";

/** What one request uses, tokens. */
export const USED = 20;

export interface WorldConfig {
  /** Members of the clients `a` and `b` in flow style, such as `max_inflight: 3`. */
  readonly a?: string;
  readonly b?: string;
  /** Lines at the top of the file. */
  readonly top?: readonly string[];
  /** Lines of the route `/up`. Default: one upstream without limits. */
  readonly up?: readonly string[];
  /** Members of `state.redis` in flow style. */
  readonly state?: string;
}

export interface Sent {
  readonly client?: keyof typeof TOKENS;
  /** Default: /up */
  readonly route?: string;
  /** `no`: it is answered at once. `head`: the upstream waits before its answer. `stream`: it waits in the middle of it. */
  readonly hold?: "no" | "head" | "stream";
  /** What the upstream calls it in `arrived`. */
  readonly name?: string;
  /** The upstream whose path begins so answers 503. */
  readonly fails?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  /** How long it took to its end. */
  readonly ms: number;
}

export class World {
  readonly redis: TestRedis;
  readonly relay: TcpRelay;
  readonly gateways: TestGateway[] = [];
  readonly dirs: string[] = [];
  readonly held = new Set<ServerResponse>();
  /** The path of the upstream's URL and the name of each request that it got, such as `/one x1`. */
  readonly arrived: string[] = [];
  upstreamUrl = "";

  constructor(redis: TestRedis, relay: TcpRelay) {
    this.redis = redis;
    this.relay = relay;
  }

  text(config: WorldConfig, index: number): string {
    const { a, b, top = [], up, state } = config;
    const client = (id: "a" | "b", members: string | undefined): string =>
      `    - {id: ${id}, tokens: [${TOKENS[id]}]${members === undefined ? "" : `, ${members}`}}`;
    return [
      "listen: 127.0.0.1:0",
      "gateway_auth:",
      "  clients:",
      client("a", a),
      client("b", b),
      `    - {id: free, tokens: [${TOKENS.free}]}`,
      `state: {redis: {url: "redis://127.0.0.1:${this.relay.port}", ${state ?? "timeout_ms: 450"}}}`,
      `usage: {enabled: true, ledger: {dir: ${this.dirs[index]}}}`,
      `observability: {metrics: {enabled: true, token: ${METRICS_TOKEN}}}`,
      ...top,
      "routes:",
      "  - id: up",
      "    prefix: /up",
      ...(up ?? [`    upstream: {base_url: "${this.upstreamUrl}"}`]).map((line) =>
        line.replaceAll("$UPSTREAM", this.upstreamUrl),
      ),
      "",
    ].join("\n");
  }

  /** Starts one more gateway. @param dir of its ledger: that of one that was closed, or a new one */
  async start(config: WorldConfig, dir = ledgerFolder()): Promise<TestGateway> {
    this.dirs[this.gateways.length] = dir;
    const gateway = await startGateway(this.text(config, this.gateways.length));
    this.gateways.push(gateway);
    onTestFinished(() => gateway.close());
    return gateway;
  }

  /** Sends a request to a gateway. */
  ask(index: number, sent?: Sent): Promise<Answer> {
    return ask(this.gateways[index]?.url ?? "", sent);
  }

  /** Waits until the upstream holds that many requests. */
  async untilHeld(count: number): Promise<void> {
    await expect.poll(() => this.held.size, { timeout: 15_000, interval: 5 }).toBe(count);
  }

  /** Ends the oldest requests that the upstream holds. */
  release(count = Number.POSITIVE_INFINITY): void {
    for (const res of [...this.held].slice(0, count)) {
      this.held.delete(res);
      answer(res);
    }
  }

  /** Waits until a gateway uses Redis, or does not. */
  async untilUp(isUp: boolean, indexes: readonly number[] = [...this.gateways.keys()]): Promise<void> {
    for (const index of indexes) {
      await expect.poll(() => this.metric(index, "gateway_state_up"), { timeout: 15_000 }).toBe(isUp ? 1 : 0);
    }
  }

  async metric(index: number, name: string): Promise<number> {
    return total(samplesOf(await this.#figures(index, "/metrics")), name);
  }

  async summary(index: number): Promise<unknown> {
    return JSON.parse(await this.#figures(index, "/metrics/summary"));
  }

  async #figures(index: number, path: string): Promise<string> {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    return (await fetch(`${this.gateways[index]?.url}${path}`, { headers })).text();
  }

  /** How often gateways told that Redis is away, and that it is used. */
  told(index: number): { readonly away: number; readonly used: number } {
    const logs = this.gateways[index]?.logs ?? [];
    const count = (level: string, begin: string): number =>
      logs.filter((line) => line.level === level && line.msg.startsWith(begin)).length;
    return { away: count("error", "redis can't be used"), used: count("info", "redis is used") };
  }

  /** Asks Redis without holding up the gateways of this process meanwhile. */
  async redisCli(words: readonly string[], { port } = this.redis): Promise<string> {
    const { stdout } = await promisify(execFile)("redis-cli", ["-p", String(port), ...words], { timeout: 10_000 });
    return stdout.trim();
  }

  /** The tokens that Redis counts as used by a client, in total. */
  async used(client: string, redis = this.redis): Promise<number> {
    return Number(await this.redisCli(["hget", `ai-gw-lite:{client:${client}}:usage`, "tt"], redis));
  }

  /** The tokens that all ledgers have charged to a client. */
  charged(client: string): number {
    const lines = [...new Set(this.dirs)].flatMap(ledgerLines);
    return lines.filter((line) => line.client === client).reduce((sum, line) => sum + line.charged_tokens, 0);
  }

  /** A count of the client's present minute: `n` requests, `t` tokens. */
  async inMinute(client: string, field: string, redis = this.redis): Promise<number> {
    return Number(await this.redisCli(["hget", `ai-gw-lite:{client:${client}}:minute`, field], redis));
  }

  /** How many slots and reservations each key in Redis holds, such as `{client:a}:slots 2`. Empty sets are left out. */
  async taken(redis = this.redis): Promise<string[]> {
    const lines = (await this.redisCli(["eval", TAKEN, "0"], redis)).split("\n");
    return lines.filter((line) => line !== "").sort();
  }

  /** Waits until nothing is in flight, then checks that no slot and no reservation is left, in Redis and in the gateways. */
  async expectIdle(redis = this.redis): Promise<void> {
    await expect.poll(() => this.taken(redis), { timeout: 15_000 }).toEqual([]);
    for (const { limits, host } of this.gateways) {
      await expect.poll(() => host.inFlight).toBe(0);
      expect(limits.totals()).toEqual({ downstream: 0, clients: 0, upstream: 0, waiting: 0 });
    }
  }

  /** Checks that Redis and the ledgers agree about what a client has used. */
  async expectCharged(client: string, tokens: number, redis = this.redis): Promise<void> {
    await expect.poll(() => this.charged(client), { timeout: 15_000 }).toBe(tokens);
    await expect.poll(() => this.used(client, redis), { timeout: 15_000 }).toBe(tokens);
  }
}

const TAKEN = `
local taken = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind = string.match(key, ':(%a+)$')
  local count = kind == 'slots' and redis.call('ZCARD', key) or kind == 'held' and redis.call('HLEN', key) or 0
  if count > 0 then taken[#taken + 1] = string.gsub(key, '^ai%-gw%-lite:', '') .. ' ' .. count end
end
return taken`;

/** Sends a request to a gateway. @param url its address */
export function ask(url: string, sent: Sent = {}): Promise<Answer> {
  const answer = answerOf(url, sent);
  // A test that has failed does not wait for it.
  answer.catch(() => {});
  return answer;
}

async function answerOf(url: string, sent: Sent): Promise<Answer> {
  const { client = "a", route = "/up", hold = "no", name = "", fails = "", signal } = sent;
  const began = performance.now();
  const query = new URLSearchParams({ hold, name, fails });
  const response = await fetch(`${url}${route}/v1/chat/completions?${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKENS[client]}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o", max_tokens: 1, stream: hold === "stream" }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  const ms = performance.now() - began;
  const code = response.ok ? undefined : (JSON.parse(text) as { readonly error?: string }).error;
  return { status: response.status, code, retryAfter: response.headers.get("retry-after"), ms };
}

/** Starts a Redis and a relay in front of it, the upstream, and gateways with one config. */
export async function startWorld(config: WorldConfig, count = 2): Promise<World> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const world = new World(redis, await TcpRelay.start(redis.port));
  const upstream = await startUpstream((req, res) => {
    req.resume();
    const { pathname, searchParams } = new URL(req.url ?? "", "http://upstream");
    const hold = searchParams.get("hold");
    const base = pathname.replace(/\/v1\/.*/, "");
    world.arrived.push(`${base} ${searchParams.get("name")}`);
    if (base !== "" && searchParams.get("fails") === base) return void res.writeHead(503).end();
    res.on("close", () => world.held.delete(res));
    if (hold === "stream") {
      res.writeHead(200, { "content-type": "text/event-stream" }).write(event({ choices: [{ delta: {} }] }));
    }
    if (hold === "no") answer(res);
    else world.held.add(res);
  });
  onTestFinished(() => upstream.close());
  world.upstreamUrl = upstream.url;
  for (let i = 0; i < count; i++) await world.start(config);
  return world;
}

/** Waits for the next minute if this one is nearly over: what is counted by the minute would be counted anew in the middle of a test. */
export async function withinMinute(ms = 15_000): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < ms) await new Promise((resolve) => setTimeout(resolve, left + 10));
}

const USAGE = { prompt_tokens: 10, completion_tokens: 10, total_tokens: USED };

function event(members: object): string {
  return `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", model: "gpt-4o", ...members })}\n\n`;
}

function answer(res: ServerResponse): void {
  if (res.headersSent) {
    res.end(`${event({ choices: [], usage: USAGE })}data: [DONE]\n\n`);
    return;
  }
  const body = JSON.stringify({ id: "x", object: "chat.completion", model: "gpt-4o", choices: [], usage: USAGE });
  res.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
}
