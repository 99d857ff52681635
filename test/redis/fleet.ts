// Starts several gateways that share a Redis, in front of one upstream that answers when the test says so.

import type { ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import { within } from "../support/deadline.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { ledgerFolder } from "../support/ledger-folder.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { startUpstream } from "../support/upstream.ts";

export const TOKEN = "fleet-token-81c2";

export interface FleetConfig {
  /** Members of the client `a` in flow style, such as `max_inflight: 3`. */
  readonly client?: string;
  /** Lines at the top of the file. */
  readonly top?: readonly string[];
  /** Lines under `upstream`. */
  readonly upstream?: readonly string[];
  /** Members of `state.redis` in flow style. */
  readonly state?: string;
  /** Usage is counted. */
  readonly usage?: boolean;
}

export interface Fleet {
  readonly redis: TestRedis;
  readonly gateways: readonly TestGateway[];
  /** How many requests the upstream holds now. */
  readonly held: number;
  /** How many requests the upstream got. */
  readonly arrived: number;
  /** The config of a gateway, for a reload. */
  text(config: FleetConfig, index?: number): string;
  /** Sends requests to all gateways in turn, all at once. @returns the status of each that is answered */
  ask(count: number, body?: string): Promise<Answer>[];
  /** Waits until the upstream holds that many requests. */
  untilHeld(count: number): Promise<void>;
  /** Answers all requests that the upstream holds, and those that come. */
  release(): void;
}

export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
}

const ANSWER = JSON.stringify({
  id: "x",
  object: "chat.completion",
  model: "gpt-4o",
  choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
});

/** A request that may use 29 tokens: 9 for its 34 bytes, and 20 for its answer. It uses 20. */
export const BODY = JSON.stringify({ model: "gpt-4o", max_tokens: 20 });

/** @param count how many gateways @param answerWith answers each request at once, in place of `release` */
export async function startFleet(
  config: FleetConfig,
  count = 2,
  answerWith?: (res: ServerResponse) => void,
): Promise<Fleet> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const holding = new Set<ServerResponse>();
  let isOpen = false;
  let arrived = 0;
  const watchers = new Set<() => void>();
  const upstream = await startUpstream((req, res) => {
    req.resume();
    arrived++;
    if (answerWith !== undefined) return answerWith(res);
    if (isOpen) return answer(res);
    holding.add(res);
    res.on("close", () => holding.delete(res));
    for (const watch of watchers) watch();
  });
  onTestFinished(() => upstream.close());
  const dirs = Array.from({ length: count }, () => ledgerFolder());
  const text = (parts: FleetConfig, index = 0): string =>
    fleetConfig({ ...parts, redisUrl: redis.url, base: upstream.url, dir: dirs[index] ?? "" });
  const gateways: TestGateway[] = [];
  for (let i = 0; i < count; i++) {
    const gateway = await startGateway(text(config, i));
    gateways.push(gateway);
    onTestFinished(() => gateway.close());
  }
  return {
    redis,
    gateways,
    text,
    get held() {
      return holding.size;
    },
    get arrived() {
      return arrived;
    },
    ask: (many, body = BODY) =>
      Array.from({ length: many }, (_, i) => askOne(gateways[i % gateways.length] as TestGateway, body)),
    untilHeld: (many) =>
      within(
        () => `${many} held requests; ${holding.size} are`,
        new Promise<void>((resolve) => {
          const watch = (): void => {
            if (holding.size < many) return;
            watchers.delete(watch);
            resolve();
          };
          watchers.add(watch);
          watch();
        }),
      ),
    release: () => {
      isOpen = true;
      for (const res of holding) answer(res);
    },
  };
}

/** Waits for the next minute if this one is nearly over: what is counted by the minute would be counted anew in the middle of a test. */
export async function withinMinute(ms = 8000): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < ms) await new Promise((resolve) => setTimeout(resolve, left + 10));
}

function answer(res: ServerResponse): void {
  res.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(ANSWER) }).end(ANSWER);
}

async function askOne({ url }: TestGateway, body: string): Promise<Answer> {
  const response = await fetch(`${url}/up/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body,
  });
  const { error } = (await response.json()) as { readonly error?: string };
  return { status: response.status, code: error };
}

function fleetConfig(
  parts: FleetConfig & { readonly redisUrl: string; readonly base: string; readonly dir: string },
): string {
  const { client, top = [], upstream = [], state, usage, redisUrl, base, dir } = parts;
  return [
    "listen: 127.0.0.1:0",
    "gateway_auth:",
    `  clients: [{id: a, tokens: [${TOKEN}]${client === undefined ? "" : `, ${client}`}}]`,
    `state: {redis: {url: "${redisUrl}", ${state ?? "timeout_ms: 5000"}}}`,
    ...(usage === true ? [`usage: {enabled: true, ledger: {dir: ${dir}}}`] : []),
    ...top,
    "routes:",
    "  - id: up",
    "    prefix: /up",
    "    upstream:",
    `      base_url: ${base}`,
    ...upstream.map((line) => `      ${line}`),
    "",
  ].join("\n");
}
