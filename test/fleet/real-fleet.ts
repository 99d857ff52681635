// Starts built gateways that share a real Redis, each with some workers and a ledger of its own, in front of one upstream.

import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { onTestFinished } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { type HeldUpstream, startHeldUpstream } from "./held-upstream.ts";

export const METRICS_TOKEN = "metrics-token-33f0";

export interface FleetParts {
  /** How many gateways, and how many workers each has. */
  readonly gateways?: number;
  readonly workers?: number;
  /** The clients: further members of each in flow style, by its id. */
  readonly clients: Readonly<Record<string, string>>;
  /** Lines at the top of the file. */
  readonly top?: readonly string[];
  /** Lines under the `upstream` of the route `up`. */
  readonly upstream?: readonly string[];
  /** Lines of more routes. */
  readonly more?: (base: string) => readonly string[];
  /** Members of `state.redis` in flow style. The time limit is long unless given: a loaded machine must not change an answer. */
  readonly state?: string;
}

export interface RealFleet {
  readonly redis: TestRedis;
  readonly upstream: HeldUpstream;
  readonly gateways: readonly BuiltGateway[];
  /** The folders of the ledgers. */
  readonly ledgers: readonly string[];
  /** The config of a gateway, for a reload or another start. */
  text(parts: FleetParts, gateway?: number): string;
  /** Ends a gateway with SIGTERM, if it runs, and starts it again with its ledger. */
  restart(gateway: number): Promise<void>;
  /** Sends requests to all gateways in turn, all at once, each on a connection of its own. */
  ask(count: number, client: string, path?: string): Promise<Answer>[];
}

export interface Answer {
  readonly status: number;
  /** The code of a refusal. */
  readonly code: string | undefined;
}

/** A request that may use 29 tokens: 9 for its 34 bytes, and 20 for its answer. */
export const BODY = JSON.stringify({ model: "gpt-4o", max_tokens: 20 });
export const RESERVED_TOKENS = 29;

export const tokenOf = (client: string): string => `fleet-token-of-${client}-5d20`;

/** Everything that it starts ends with the test. */
export async function startFleet(parts: FleetParts): Promise<RealFleet> {
  const { gateways: count = 1 } = parts;
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  const ledgers = Array.from({ length: count }, () => ledgerFolder());
  const text = (of: FleetParts, gateway = 0) => configOf(of, redis, upstream, ledgers[gateway] ?? "");
  const gateways: BuiltGateway[] = [];
  const start = async (i: number): Promise<void> => {
    const gateway = await startBuiltGateway(text(parts, i));
    onTestFinished(() => gateway.close());
    gateways[i] = gateway;
  };
  for (let i = 0; i < count; i++) await start(i);
  return {
    redis,
    upstream,
    gateways,
    ledgers,
    text,
    async restart(i) {
      await gateways[i]?.close();
      await start(i);
    },
    ask: (many, client, path) =>
      Array.from({ length: many }, (_, i) => askOne(gateways[i % count]?.port ?? 0, client, path)),
  };
}

/** The gateway of a fleet that has one. */
export function onlyGateway({ gateways: [gateway] }: RealFleet): BuiltGateway {
  if (gateway === undefined) throw new Error("there is no gateway");
  return gateway;
}

/** One request on a connection of its own. Its id is in the log and in the ledger. Rejects when the connection or the answer breaks. */
export function askOne(
  port: number,
  client: string,
  path = "/up/v1/chat/completions",
  id: string = randomUUID(),
): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${tokenOf(client)}`,
    "content-type": "application/json",
    "x-request-id": id,
  };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method: "POST", path, headers, agent: false }, (res) => {
      let body = "";
      res.setEncoding("utf8").on("data", (part: string) => {
        body += part;
      });
      res.once("error", reject);
      res.once("end", () => {
        const { error } = JSON.parse(body) as { readonly error?: string };
        resolve({ status: res.statusCode ?? 0, code: error });
      });
    });
    sent.once("error", reject);
    sent.end(BODY);
  });
}

/** What the ledgers say of a client, in tokens and in ticks of 10⁻¹⁰ USD. */
export function ledgerSum(folders: readonly string[], client: string): { tokens: number; ticks: number } {
  const lines = folders.flatMap((folder) => ledgerLines(folder)).filter((line) => line.client === client);
  return {
    tokens: lines.reduce((sum, { charged_tokens }) => sum + charged_tokens, 0),
    ticks: lines.reduce((sum, { charged_usd }) => sum + Math.round(charged_usd * 1e10), 0),
  };
}

function configOf(parts: FleetParts, redis: TestRedis, upstream: HeldUpstream, ledger: string): string {
  const { workers = 1, clients, top = [], upstream: lines = [], more, state = "timeout_ms: 20000" } = parts;
  return [
    "listen: 127.0.0.1:0",
    `workers: ${workers}`,
    `state: {redis: {url: "${redis.url}", ${state}}}`,
    `usage: {enabled: true, ledger: {dir: ${ledger}}}`,
    `observability: {metrics: {enabled: true, token: ${METRICS_TOKEN}}}`,
    ...top,
    "gateway_auth:",
    "  clients:",
    ...Object.entries(clients).map(
      ([id, members]) => `    - {id: ${id}, tokens: [${tokenOf(id)}]${members === "" ? "" : `, ${members}`}}`,
    ),
    "routes:",
    "  - id: up",
    "    prefix: /up",
    "    upstream:",
    `      base_url: ${upstream.url}`,
    ...lines.map((line) => `      ${line}`),
    ...(more?.(upstream.url) ?? []),
    "",
  ].join("\n");
}
