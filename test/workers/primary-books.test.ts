// Checks what a primary keeps when a worker dies, and what it shows of workers that do not answer.

import { describe, expect, it } from "vitest";
import type { Observer } from "../../src/runtime/exchange/observer.ts";
import type { RecordInProgress } from "../../src/runtime/exchange/record.ts";
import type { ProcessFigures } from "../../src/runtime/observe/metrics/process-figures.ts";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import type { Figures } from "../../src/runtime/workers/figures.ts";
import { meteredRecord, usageOf } from "../observe/usage-scene.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { samplesOf, total } from "../support/prometheus.ts";
import { METRICS_TOKEN, NO_FIGURES, type PrimaryScene, primaryScene } from "./primary-scene.ts";

const config = ({ dir = "", budgets = "[]" } = {}) => `listen: 127.0.0.1:0
gateway_auth:
  clients:
    - {id: intern, tokens: [intern-token-4f1e], max_inflight: 9${budgets === "[]" ? "" : `, budgets: ${budgets}`}}
${dir === "" ? "" : `usage: {enabled: true, ledger: {dir: ${dir}}}\n`}observability:
  metrics: {enabled: true, token: ${METRICS_TOKEN}}
routes:
  - id: chat
    prefix: /chat
    upstreams:
      - {id: a, base_url: "http://127.0.0.1:9"}
      - {id: b, base_url: "http://127.0.0.1:10"}
`;

const at = (second: number) => new Date(Date.parse("2026-11-27T10:00:00Z") + second * 1000).toISOString();

function line(facts: Partial<LedgerLine> = {}): LedgerLine {
  return {
    at: at(0),
    request_id: "r",
    client: "intern",
    route: "chat",
    upstream: "a",
    model: "gpt-5",
    requested_model: "gpt-5",
    usage: "reported",
    input_tokens: 10,
    cache_read_tokens: null,
    cache_write_tokens: null,
    output_tokens: 5,
    reasoning_tokens: null,
    cost_usd: 0.5,
    price: "config",
    charged_tokens: 15,
    charged_usd: 0.5,
    stream: false,
    status: 200,
    outcome: "success",
    duration_ms: 1,
    ttft_ms: null,
    attempts: 1,
    ...facts,
  };
}

const clock = { now: () => Date.parse("2026-11-27T10:00:05Z") };

async function gauges(scene: PrimaryScene): Promise<Record<string, number>> {
  const samples = samplesOf((await scene.get("/metrics")).body);
  const of = (name: string) => total(samples, name);
  return {
    inflight: of("gateway_inflight_requests"),
    streams: of("gateway_sse_streams_inflight"),
    webSockets: of("gateway_websockets_inflight"),
    ended: of("gateway_requests_total"),
    attempts: of("gateway_upstream_attempts_total"),
  };
}

const FAILED = { upstream: "a", result: "connect_error", status: undefined, ms: 3 } as const;

const PHASES: readonly {
  readonly phase: string;
  readonly to: (observer: Observer, record: RecordInProgress) => void;
  readonly before: object;
  readonly after: object;
}[] = [
  {
    phase: "waits for its upstream",
    to: (observer, record) => observer.admitted(record),
    before: { inflight: 1 },
    after: {},
  },
  {
    phase: "is tried again",
    to: (observer, record) => {
      observer.admitted(record);
      observer.attempted(record, FAILED, true);
    },
    before: { inflight: 1, attempts: 1 },
    after: { attempts: 1 },
  },
  {
    phase: "streams",
    to: (observer, record) => {
      observer.admitted(record);
      record.streaming = true;
      observer.streaming(record);
    },
    before: { inflight: 1, streams: 1 },
    after: {},
  },
  {
    phase: "is a WebSocket",
    to: (observer, record) => {
      observer.admitted(record);
      record.webSocket = true;
      observer.webSocket(record);
    },
    before: { inflight: 1, webSockets: 1 },
    after: {},
  },
  {
    phase: "has ended, and its usage is not known",
    to: (observer, record) => {
      observer.admitted(record);
      record.streaming = true;
      observer.streaming(record);
      observer.ended(record);
    },
    before: { ended: 1 },
    after: { ended: 1 },
  },
  {
    phase: "was a WebSocket, and has ended",
    to: (observer, record) => {
      observer.admitted(record);
      record.webSocket = true;
      observer.webSocket(record);
      observer.ended(record);
    },
    before: { ended: 1 },
    after: { ended: 1 },
  },
];

describe("a worker that dies", () => {
  it.each(PHASES)("while an exchange $phase, takes nothing else with it", async ({ to, before, after }) => {
    const scene = await primaryScene(config());
    const [dying, other] = [scene.worker(1), scene.worker(2)];
    // The other worker has one of each in progress.
    const [streams, socket] = [meteredRecord(), meteredRecord()];
    for (const record of [streams, socket]) other.admitted(record);
    streams.streaming = socket.webSocket = true;
    other.streaming(streams);
    other.webSocket(socket);
    to(dying, meteredRecord());

    const others = { inflight: 2, streams: 1, webSockets: 1, ended: 0, attempts: 0 };
    const plus = (more: Record<string, number>) =>
      Object.fromEntries(Object.entries(others).map(([name, count]) => [name, count + (more[name] ?? 0)]));
    expect(await gauges(scene)).toEqual(plus({ ...before }));
    scene.workers.delete(1);
    scene.books.gone(1);
    expect(await gauges(scene)).toEqual(plus({ ...after }));
    expect((await scene.summary()).limits.downstream_inflight_current).toBe(2);

    // What comes late brings nothing back.
    dying.admitted(meteredRecord());
    dying.flush();
    expect(await gauges(scene)).toEqual(plus({ ...after }));
    // What the other one has ends as always.
    for (const record of [streams, socket]) other.ended(record);
    const none = { inflight: 0, streams: 0, webSockets: 0 };
    expect(await gauges(scene)).toMatchObject(none);
  });

  it("leaves what it has charged, by client and day", async () => {
    const dir = ledgerFolder();
    const { books, worker } = await primaryScene(config({ dir }), { clock });
    const [one, two] = [worker(1), worker(2)];
    one.append(line());
    one.append(line({ at: "2026-11-26T23:59:59.999Z", charged_tokens: 4, charged_usd: 0.1 }));
    one.append(line({ client: "other", charged_tokens: 0, charged_usd: 0 }));
    two.append(line({ charged_tokens: 1, charged_usd: 0 }));
    one.flush();
    two.flush();
    const days = new Map([
      ["2026-11-27", { tokens: 15, ticks: 5e9 }],
      ["2026-11-26", { tokens: 4, ticks: 1e9 }],
    ]);
    const charged = books.chargedBy(1);
    expect(charged.get("intern")).toEqual({ total: { tokens: 19, ticks: 6e9 }, days });
    books.gone(1);
    one.append(line({ charged_tokens: 1 }));
    one.flush();
    expect(charged.get("intern")?.total.tokens).toBe(19);
    expect(books.chargedBy(1).get("intern")?.total).toEqual({ tokens: 20, ticks: 11e9 });
    expect(books.chargedBy(2).get("intern")?.total).toEqual({ tokens: 1, ticks: 0 });
    expect(books.chargedBy(3)).toEqual(new Map());
    // Of workers that die again and again, only the last are remembered.
    for (let id = 10; id < 80; id++) {
      const reports = worker(id);
      reports.append(line({ charged_usd: 0 }));
      reports.flush();
      books.gone(id);
    }
    expect([1, 2, 10, 79].map((id) => books.chargedBy(id).size)).toEqual([0, 1, 0, 1]);
    await books.close();
    expect(ledgerLines(dir)).toHaveLength(75);
  });
});

describe("budgets", () => {
  const budgets = "[{per: day, usd: 1}, {per: total, tokens: 1000}]";

  it("are warned of by the workers, which know what other gateways use, too", async () => {
    const dir = ledgerFolder();
    const scene = await primaryScene(config({ dir, budgets }), { clock });
    const [one, two] = [scene.worker(1), scene.worker(2)];
    one.append(line());
    one.flush();
    two.append(line({ charged_usd: 0.5 }));
    two.flush();
    await scene.books.close();

    const next = await primaryScene(config({ dir, budgets }), { clock });
    expect(next.books.restored.sums.get("intern")?.total.ticks).toBeGreaterThanOrEqual(1e10);
    for (const { logs } of [scene, next]) expect(logs.filter(({ msg }) => msg === "budget used")).toEqual([]);
    expect(next.books.ledgerId).toMatch(/^[0-9a-f]{32}$/);
    expect(next.books.ledgerId).toBe(scene.books.ledgerId);
  });

  it("show the newest figure that anyone has", async () => {
    const scene = await primaryScene(config({ dir: ledgerFolder(), budgets }), { clock });
    const shown = { client: "intern", per: "day", unit: "usd", max: 1e10, endsAtMs: Date.parse("2026-11-28") } as const;
    const old = { ...shown, endsAtMs: Date.parse("2026-11-27"), used: 9e9, reserved: 0 };
    scene.worker(1);
    scene.workers.set(1, async () => ({ ...NO_FIGURES, budgets: [{ ...shown, used: 2e9, reserved: 1e9 }] }));
    scene.workers.set(2, async () => ({ ...NO_FIGURES, budgets: [{ ...shown, used: 3e9, reserved: 0 }, old] }));
    const day = async () => (await scene.summary()).budgets[0];
    expect(await day()).toMatchObject({ per: "day", used: 0.3, reserved: 0.1, max: 1 });
    scene.workers.clear();
    const reports = scene.worker(3);
    reports.append(line());
    expect(await day()).toMatchObject({ per: "day", used: 0.5, reserved: 0, max: 1 });
  });
});

const figures = (waiting: number, more: Partial<Figures> = {}): Figures => ({
  ...NO_FIGURES,
  waiting: new Map([["chat", waiting]]),
  clients: new Map([["client intern", waiting + 1]]),
  ...more,
});

describe("the figures of workers", () => {
  const waiting = async (scene: PrimaryScene) => {
    const { routes, tokens, workers } = await scene.summary();
    return [routes[0].queue_waiting, tokens[0]?.inflight_current, workers];
  };

  it("are added up", async () => {
    const scene = await primaryScene(config());
    scene.workers.set(1, async () => figures(2));
    scene.workers.set(2, async () => figures(3));
    expect(await waiting(scene)).toEqual([5, 7, { configured: 2, alive: 2, answered: 2 }]);
  });

  it("are shown once more when a worker is silent, and then no longer", async () => {
    const scene = await primaryScene(config(), { answerMs: 50 });
    scene.workers.set(1, async () => figures(2));
    scene.workers.set(2, async () => figures(3));
    await scene.summary();
    scene.workers.set(2, () => new Promise(() => {}));
    expect(await waiting(scene)).toEqual([5, 7, { configured: 2, alive: 2, answered: 2 }]);
    expect(await waiting(scene)).toEqual([2, 3, { configured: 2, alive: 2, answered: 1 }]);
    scene.workers.set(2, async () => Promise.reject(new Error("channel closed")));
    expect(await waiting(scene)).toEqual([2, 3, { configured: 2, alive: 2, answered: 1 }]);
    scene.workers.set(2, async () => figures(4));
    expect(await waiting(scene)).toEqual([6, 8, { configured: 2, alive: 2, answered: 2 }]);
    scene.workers.delete(2);
    scene.books.gone(2);
    expect(await waiting(scene)).toEqual([2, 3, { configured: 2, alive: 1, answered: 1 }]);
  });

  it("are dropped if the worker dies while it is asked", async () => {
    const scene = await primaryScene(config(), { answerMs: 2000 });
    scene.workers.set(1, async () => figures(2));
    let answer = (_: Figures): void => {};
    scene.workers.set(2, () => new Promise((resolve) => (answer = resolve)));
    const shown = waiting(scene);
    await new Promise(setImmediate);
    scene.workers.delete(2);
    scene.books.gone(2);
    answer(figures(3));
    expect(await shown).toEqual([2, 3, { configured: 2, alive: 1, answered: 1 }]);
  });

  const health = (state: "well" | "cooling" | "probing", untilMs?: number): Partial<Figures> => ({
    health: [{ routeId: "chat", upstream: "a", state, reason: state === "well" ? undefined : state, untilMs }],
  });

  it.each([
    ["well", [health("well"), health("well")], { state: "well", until_unix_ms: null }, 0],
    ["probing", [health("well"), health("probing", 5)], { state: "probing", until_unix_ms: 5 }, 0],
    ["cooling", [health("cooling", 7), health("probing", 9)], { state: "cooling", until_unix_ms: 7 }, 1],
    ["cooling for longer", [health("cooling", 7), health("cooling", 9)], { state: "cooling", until_unix_ms: 9 }, 1],
  ])("show an upstream as it is worst: %s", async (_, ofWorkers, shown, cooling) => {
    for (const all of [ofWorkers, [...ofWorkers].reverse()]) {
      const scene = await primaryScene(config());
      for (const [i, each] of all.entries()) scene.workers.set(i, async () => figures(0, each));
      expect((await scene.summary()).routes[0].upstreams[0]).toMatchObject(shown);
      const samples = samplesOf((await scene.get("/metrics")).body);
      expect(total(samples, "gateway_upstream_cooling", { upstream: "a" })).toBe(cooling);
      expect(total(samples, "gateway_upstream_cooling", { upstream: "b" })).toBe(0);
    }
  });

  const ofProcess = (seconds: number, bytes: number): ProcessFigures => {
    const figure = (name: string, type: string, aggregator: string, value: number) =>
      ({ name, help: name, type, aggregator, values: [{ value, labels: {} }] }) as const;
    return [
      figure("process_cpu_seconds_total", "counter", "sum", seconds),
      figure("process_resident_memory_bytes", "gauge", "sum", bytes),
      figure("nodejs_eventloop_lag_seconds", "gauge", "average", seconds),
      figure("process_start_time_seconds", "gauge", "omit", 1),
    ];
  };

  it("count the processor time of all processes, and never go back", async () => {
    const scene = await primaryScene(config(), { answerMs: 50 });
    const GB = 2 ** 30;
    const shown = async () => {
      const samples = samplesOf((await scene.get("/metrics")).body);
      const of = (name: string) => total(samples, name);
      return {
        // The primary's own are a few seconds, and less than a GB.
        cpu: Math.floor(of("process_cpu_seconds_total") / 1000),
        memory: Math.floor(of("process_resident_memory_bytes") / GB),
        lag: Math.floor(of("nodejs_eventloop_lag_seconds") / 1000),
        started: of("process_start_time_seconds") > 1,
      };
    };
    const started = true;
    scene.workers.set(1, async () => figures(0, { process: ofProcess(1000, GB) }));
    scene.workers.set(2, async () => figures(0, { process: ofProcess(2000, 2 * GB) }));
    expect(await shown()).toEqual({ cpu: 3, memory: 3, lag: 2, started });
    // Silent: its last figures count once, and its processor time for ever.
    scene.workers.set(2, () => new Promise(() => {}));
    expect(await shown()).toEqual({ cpu: 3, memory: 3, lag: 2, started });
    expect(await shown()).toEqual({ cpu: 3, memory: 1, lag: 1, started });
    for (const [dead, next, cpu] of [
      [2, 3, 7],
      [3, 4, 11],
    ] as const) {
      scene.workers.delete(dead);
      scene.books.gone(dead);
      scene.workers.set(next, async () => figures(0, { process: ofProcess(4000, GB) }));
      expect(await shown()).toEqual({ cpu, memory: 2, lag: 4, started });
    }
  });
});

describe("the endpoints of a primary", () => {
  it("want the metrics token, and ask no worker without it", async () => {
    const scene = await primaryScene(config({ dir: ledgerFolder() }));
    let asked = 0;
    scene.workers.set(1, async () => {
      asked++;
      return NO_FIGURES;
    });
    for (const path of ["/metrics", "/metrics/summary", "/metrics/usage"]) {
      const request = { path, query: "?start_time=0", rawHeaders: ["authorization", "Bearer wrong"] };
      expect((await scene.books.answer(request)).status).toBe(401);
    }
    expect(asked).toBe(0);
    expect((await scene.get("/metrics/usage", "?start_time=1700000000&limit=1")).status).toBe(200);
    expect(asked).toBe(1);
    expect((await scene.get("/metrics/nothing")).status).toBe(404);
  });

  it("show what workers have not reported yet", async () => {
    const dir = ledgerFolder();
    const scene = await primaryScene(config({ dir }), { clock });
    const reports = scene.worker(1);
    const record = meteredRecord({ facts: { admitted: true } });
    reports.admitted(record);
    reports.ended(record);
    reports.metered(record, usageOf({ counts: { input: 10 } }));
    reports.append(line());
    const start = Date.parse("2026-11-27") / 1000;
    const page = JSON.parse((await scene.get("/metrics/usage", `?start_time=${start}`)).body);
    expect(page.data[0].results[0].input_tokens).toBe(10);
    expect(await scene.summary()).toMatchObject({ total_requests_1h: 1, usage_1h: { records: 1 } });
  });
});
