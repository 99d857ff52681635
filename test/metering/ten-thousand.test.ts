// After 10,000 mixed exchanges over a pool with retries, and some reloads, the ledger says what the providers' own books say, to the
// token, and the budgets hold what the ledger says was charged. Nothing stays reserved, and no slot is held.

import { Agent, type IncomingMessage, request } from "node:http";
import { expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/main.ts";
import { type Mock, type SeenRequest, startMock } from "../../src/mock/start.ts";
import type { BookEntry } from "../../src/mock/usage/books.ts";
import { type ClientBudgets, TICKS_PER_USD } from "../../src/plan/usage.ts";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import { recordingIo } from "../cli/recording-io.ts";
import type { LogLine } from "../support/gateway.ts";
import { randomFrom } from "../support/random.ts";
import { setScene } from "../support/scene.ts";
import { closedPort } from "../support/upstream.ts";
import { type BooksConfig, booksConfig, startBooks, tokenOf } from "./books-scene.ts";
import { type MixedRequest, mixedRequest } from "./mixed-requests.ts";

const EXCHANGES = 10_000;
const AT_ONCE = 32;
const SEED = 20_261_127;
const METRICS_TOKEN = "metrics-token-51d0";
/** Small enough that some requests of this client are refused. */
const DORAS_TOKENS = 1_500_000;

const LIMITS: Readonly<Record<string, ClientBudgets | undefined>> = {
  anna: undefined,
  bert: { tokensPerMinute: undefined, budgets: [{ per: "total", maxTokens: 1e9, maxTicks: undefined }] },
  cleo: { tokensPerMinute: undefined, budgets: [{ per: "total", maxTokens: 1e9, maxTicks: 1000 * TICKS_PER_USD }] },
  dora: { tokensPerMinute: undefined, budgets: [{ per: "total", maxTokens: DORAS_TOKENS, maxTicks: undefined }] },
};
const CLIENTS = Object.keys(LIMITS);
const ROUTES = ["up", "drains", "asks"];

const scene = setScene();

/** Two good providers, a slow one, and three that fail: one refuses, one breaks, one is gone. */
async function startPool() {
  /** What is done when a request has arrived, by its id. */
  const whenArrived = new Map<string, () => void>();
  const onRequest = ({ rawHeaders }: SeenRequest): void => {
    const id = rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === "x-request-id") + 1] ?? "";
    whenArrived.get(id)?.();
  };
  const start = () => startMock({ paceMs: 0, onRequest });
  const mocks = await Promise.all([start(), start(), start()]);
  const [a, b, slow] = mocks as [Mock, Mock, Mock];
  const refusing = await scene.upstream((req, res) => {
    req.once("end", () => res.writeHead(503, { "content-type": "application/json" }).end("{}"));
    req.resume();
  });
  const breaking = await scene.upstream((req, res) => {
    req.once("end", () => res.socket?.resetAndDestroy());
    req.resume();
  });
  const delay = 'inject_headers: [{name: x-mock-delay-ms, value: "15"}]';
  const upstreams = [
    `{id: a, base_url: "${a.url}", weight: 6}`,
    `{id: b, base_url: "${b.url}", weight: 6}`,
    `{id: slow, base_url: "${slow.url}", ${delay}}`,
    `{id: refusing, base_url: "${refusing.url}"}`,
    `{id: breaking, base_url: "${breaking.url}"}`,
    `{id: gone, base_url: "http://127.0.0.1:${await closedPort()}"}`,
  ];
  return { mocks: { a, b, slow }, upstreams, whenArrived };
}

function configOf(upstreams: readonly string[]): BooksConfig {
  const retry = 'retry: {max_attempts: 3, retry_on: [connect_error, reset, "503"], backoff_ms: 2, max_backoff_ms: 4}';
  const pool = [
    "balance: round_robin",
    "cooldown: {after_failures: 1000000, ms: 1}",
    "upstreams:",
    ...upstreams.map((each) => `  - ${each}`),
  ];
  const route = (id: string, more: string) => [
    `  - id: ${id}`,
    `    prefix: /${id}`,
    "    upstream:",
    `      ${retry}`,
    `      ${more}`,
    ...pool.map((line) => `    ${line}`),
  ];
  return {
    clients: [
      { id: "anna" },
      { id: "bert", limits: "budgets: [{per: total, tokens: 1000000000}]" },
      { id: "cleo", limits: "budgets: [{per: total, tokens: 1000000000, usd: 1000}]" },
      { id: "dora", limits: `budgets: [{per: total, tokens: ${DORAS_TOKENS}}]` },
    ],
    upstream: [retry],
    route: pool,
    usage: "prices: [{model: gpt-m-*, input_usd_per_mtok: 0.7, output_usd_per_mtok: 2.3}]",
    top: [
      "concurrency: {upstream_per_key_max_inflight: 20, queue: {max_waiting: 100, timeout_ms: 30000}}",
      `observability: {logging: {level: info}, metrics: {enabled: true, token: ${METRICS_TOKEN}}}`,
    ],
    more: [...route("drains", "on_client_abort: drain"), ...route("asks", "usage: {ask: true}")],
  };
}

interface Done {
  readonly sent: MixedRequest;
  readonly client: string;
  /** 0: no head came. */
  readonly status: number;
  /** The client has the whole answer. */
  readonly whole: boolean;
}

/** Whose exchange it is, and by which route. */
interface Addressed {
  readonly id: string;
  readonly client: string;
  readonly route: string;
}

interface Client {
  readonly port: number;
  readonly agent: Agent;
  readonly whenArrived: Map<string, () => void>;
}

/** Makes one exchange. Resolves when it has ended for the client. */
function exchange({ port, agent, whenArrived }: Client, sent: MixedRequest, to: Addressed): Promise<Done> {
  const { method, path, body, leaves } = sent;
  const { id, client, route } = to;
  const length = method === "GET" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const headers = { ...sent.headers, ...length, authorization: `Bearer ${tokenOf(client)}`, "x-request-id": id };
  return new Promise((resolve) => {
    const done = (status: number, whole: boolean) => resolve({ sent, client, status, whole });
    const req = request({ port, host: "127.0.0.1", agent, method, path: `/${route}${path}`, headers });
    req.once("error", () => done(0, false));
    if (leaves === "before the head") whenArrived.set(id, () => setImmediate(() => req.destroy()));
    req.once("response", (res: IncomingMessage) => {
      const { statusCode = 0 } = res;
      res.on("error", () => {});
      res.once("close", () => done(statusCode, res.complete));
      if (leaves === "inside the body") res.once("data", () => req.destroy());
      else res.resume();
    });
    req.end(body);
  });
}

const COUNTS = ["input", "cacheRead", "cacheWrite", "output", "reasoning"] as const;

function countsOf(line: LedgerLine) {
  return {
    input: line.input_tokens,
    cacheRead: line.cache_read_tokens,
    cacheWrite: line.cache_write_tokens,
    output: line.output_tokens,
    reasoning: line.reasoning_tokens,
  };
}

function toldBy({ tells }: BookEntry) {
  return Object.fromEntries(COUNTS.map((count) => [count, tells?.[count] ?? null]));
}

/** What is wrong with a line, by the provider's book; `undefined`: nothing. */
function wrongWith(line: LedgerLine, { sent, status, whole }: Done, entry: BookEntry | undefined): string | undefined {
  const counts = countsOf(line);
  const told = entry && toldBy(entry);
  const isNothing = COUNTS.every((count) => counts[count] === null);
  if (line.model !== sent.model && sent.method !== "GET") return "another model";
  if (whole && status === 200) {
    const wanted = entry?.told === "all" ? "reported" : entry?.told === "part" ? "partial" : "unknown";
    if (line.usage !== wanted) return `usage is not ${wanted}`;
    if (told === undefined ? !isNothing : COUNTS.some((count) => counts[count] !== told[count])) return "other numbers";
    return undefined;
  }
  if (line.usage === "unknown") return isNothing ? undefined : "numbers that are not known";
  if (told === undefined || entry === undefined) return "numbers that nobody told";
  if (line.usage === "reported") {
    if (entry.told !== "all") return "reported, although not all was told";
    return COUNTS.some((count) => counts[count] !== told[count]) ? "other numbers" : undefined;
  }
  // The provider may have told more since, which the gateway did not get any more.
  return COUNTS.some((count) => (counts[count] ?? 0) > (told[count] ?? Number.POSITIVE_INFINITY))
    ? "more than was told"
    : undefined;
}

interface Sums {
  requests: number;
  input: number;
  output: number;
  ticks: number;
}

function sumsBy(lines: readonly LedgerLine[], name: (line: LedgerLine) => string): Record<string, Sums> {
  const groups: Record<string, Sums> = {};
  for (const line of lines) {
    groups[name(line)] ??= { requests: 0, input: 0, output: 0, ticks: 0 };
    const sums = groups[name(line)] as Sums;
    sums.requests++;
    sums.input += line.input_tokens ?? 0;
    sums.output += line.output_tokens ?? 0;
    sums.ticks += Math.round((line.cost_usd ?? 0) * TICKS_PER_USD);
  }
  return groups;
}

type Row = Readonly<Record<string, number | string | null>>;

/** Sums of rows that a reader of the ledger gives. */
function readSums(rows: readonly Row[], name: (row: Row) => string, requests: string): Record<string, Sums> {
  const groups: Record<string, Sums> = {};
  for (const row of rows) {
    groups[name(row)] ??= { requests: 0, input: 0, output: 0, ticks: 0 };
    const sums = groups[name(row)] as Sums;
    sums.requests += Number(row[requests]);
    sums.input += Number(row["input_tokens"] ?? 0);
    sums.output += Number(row["output_tokens"] ?? 0);
    sums.ticks += Math.round(Number(row["cost_usd"] ?? 0) * TICKS_PER_USD);
  }
  return groups;
}

async function byCommandLine(dir: string, by: string): Promise<readonly Row[]> {
  const { io, printed } = recordingIo();
  expect(await runCommandLine(["usage", "--dir", dir, "--by", by, "--format", "json"], io)).toBe(0);
  return (JSON.parse(printed.out) as { rows: Row[] }).rows;
}

async function byEndpoint(url: string, since: number, by: string): Promise<readonly Row[]> {
  const query = `start_time=${Math.floor(since / 1000) - 1}&bucket_width=1h&limit=24&group_by[]=${by}`;
  const response = await fetch(`${url}/metrics/usage?${query}`, {
    headers: { authorization: `Bearer ${METRICS_TOKEN}` },
  });
  const page = (await response.json()) as { has_more: boolean; data: { results: Row[] }[] };
  expect(page.has_more).toBe(false);
  return page.data.flatMap(({ results }) => results);
}

it(`the ledger agrees with the providers after ${EXCHANGES} mixed exchanges (seed ${SEED})`, {
  timeout: 180_000,
}, async () => {
  const { mocks, upstreams, whenArrived } = await startPool();
  const startedAt = Date.now();
  const config = configOf(upstreams);
  const books = await startBooks(config);
  const { gateway, dir } = books;
  const random = randomFrom(SEED);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const done = new Map<string, Done>();
  try {
    let begun = 0;
    const work = async (): Promise<void> => {
      while (begun < EXCHANGES) {
        const id = `x-${begun++}`;
        // Exchanges in flight end on the plan on which they began.
        if (begun % 1000 === 0) gateway.swap(booksConfig(dir, config));
        const sent = mixedRequest(random);
        const client = CLIENTS[Math.floor(random() * CLIENTS.length)] as string;
        const route = ROUTES[Math.floor(random() * ROUTES.length)] as string;
        done.set(id, await exchange({ port: gateway.port, agent, whenArrived }, sent, { id, client, route }));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const lines = await books.lines();

    // One line for each exchange that went upstream and is metered, by the gateway's own log.
    const isMetered = ({ path }: LogLine) => !/\/(?:count_tokens|models)$/.test(String(path));
    const completed = gateway.logs.filter(({ msg, route_id }) => msg === "request completed" && route_id !== undefined);
    expect(completed).toHaveLength(EXCHANGES);
    const sentUp = completed.filter((line) => Number(line["attempts"]) > 0 && isMetered(line));
    expect(lines.map(({ request_id }) => request_id).sort()).toEqual(sentUp.map((line) => line["request_id"]).sort());

    // No provider has an answer that the ledger does not know.
    const byId = new Map(lines.map((line) => [line.request_id, line]));
    const entries = new Map<string, BookEntry>();
    for (const [upstream, mock] of Object.entries(mocks)) {
      for (const entry of mock.books.entries) {
        const id = String(entry.requestId);
        expect(byId.has(id), `${id} is billed by ${upstream}, but has no line`).toBe(true);
        entries.set(`${id} ${upstream}`, entry);
      }
    }

    const wrong = lines.flatMap((line) => {
      const exchange = done.get(line.request_id);
      const entry = entries.get(`${line.request_id} ${line.upstream}`);
      const problem = exchange === undefined ? "nobody's" : wrongWith(line, exchange, entry);
      return problem === undefined ? [] : [{ problem, line, entry, exchange }];
    });
    expect(wrong.slice(0, 5), `${wrong.length} lines are wrong; seed ${SEED}`).toEqual([]);

    // The sums, as each of the readers tells them.
    for (const by of ["client", "model", "upstream", "route"] as const) {
      const wanted = sumsBy(lines, (line) => String(line[by]));
      expect(readSums(await byCommandLine(dir, by), (row) => String(row[by]), "requests")).toEqual(wanted);
      const name = { client: "client", model: "model", upstream: "upstream", route: "route" }[by];
      const read = readSums(
        await byEndpoint(gateway.url, startedAt, by),
        (row) => String(row[name]),
        "num_model_requests",
      );
      expect(read).toEqual(wanted);
    }

    // The budgets.
    for (const client of CLIENTS) {
      const charged = lines.filter((line) => line.client === client);
      const tokens = charged.reduce((sum, line) => sum + line.charged_tokens, 0);
      const ticks = charged.reduce((sum, line) => sum + Math.round(line.charged_usd * TICKS_PER_USD), 0);
      for (const { unit, used, reserved } of books.shown(client, LIMITS["cleo"] as ClientBudgets)) {
        expect({ client, unit, used, reserved }).toEqual({
          client,
          unit,
          used: unit === "usd" ? ticks : tokens,
          reserved: 0,
        });
      }
    }
    const refused = [...done.values()].filter(({ client, status }) => client === "dora" && status === 429).length;
    expect(refused).toBeGreaterThan(0);

    // The load had all of it.
    const how = sumsBy(lines, (line) => `${line.usage} ${line.outcome}`);
    for (const some of [
      "reported success",
      "unknown success",
      "partial client_closed",
      "reported client_closed",
      "partial upstream_aborted",
    ])
      expect(how[some]?.requests ?? 0, `${some}: ${JSON.stringify(how)}`).toBeGreaterThan(5);
  } finally {
    agent.destroy();
    await gateway.close();
    await Promise.all(Object.values(mocks).map((mock) => mock.close()));
  }
});
