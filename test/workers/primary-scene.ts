// Opens the books of a primary inside the test's process. What workers send and are sent is cloned, as it is between processes.

import { onTestFinished } from "vitest";
import { version } from "../../src/cli/io.ts";
import { runningProcesses } from "../../src/cli/running-processes.ts";
import type { Reply } from "../../src/plan/replies.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { createLog } from "../../src/runtime/observe/logs/log.ts";
import { openPrimary } from "../../src/runtime/open-primary.ts";
import type { Figures } from "../../src/runtime/workers/figures.ts";
import type { PrimaryBooks } from "../../src/runtime/workers/primary-books.ts";
import { type PrimaryLink, workerLink } from "../../src/runtime/workers/primary-link.ts";
import { WorkerReports } from "../../src/runtime/workers/worker-reports.ts";
import { compiled, type LogLine } from "../support/gateway.ts";

export const METRICS_TOKEN = "metrics-token-51d0";

const OWNER = { ledger: "ledger", run: "run", process: "1" };

export const NO_FIGURES: Figures = {
  waiting: new Map(),
  clients: new Map(),
  health: [],
  budgets: [],
  state: undefined,
  process: undefined,
};

export interface PrimaryScene {
  readonly books: PrimaryBooks;
  readonly logs: LogLine[];
  /** How each worker answers when it is asked for its figures. Those that are not here do not run. */
  readonly workers: Map<number, () => Promise<Figures>>;
  /** The reports of a new worker. It answers with `NO_FIGURES`, unless `workers` is changed. */
  worker(id: number): WorkerReports;
  /** The link that such a worker gives its gateway. */
  link(reports: WorkerReports): PrimaryLink;
  /** The reply of a metrics endpoint. */
  get(path: string, query?: string): Promise<Reply>;
  /** Our own samples, sorted. */
  scrape(): Promise<string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it at many places
  summary(): Promise<any>;
}

interface SceneOptions {
  readonly clock?: Clock;
  readonly answerMs?: number;
  readonly configured?: number;
}

export async function primaryScene(yaml: string, options: SceneOptions = {}): Promise<PrimaryScene> {
  const blueprint = compiled(yaml);
  const logs: LogLine[] = [];
  const log = createLog({ level: "info", to: { write: (line) => void logs.push(JSON.parse(line) as LogLine) } });
  const workers: PrimaryScene["workers"] = new Map();
  const fleet = {
    configured: options.configured ?? 2,
    live: () => [...workers.keys()],
    ask: async (worker: number) => structuredClone((await workers.get(worker)?.()) ?? NO_FIGURES),
  };
  const { clock, answerMs = 1000 } = options;
  const books = await openPrimary(blueprint, log, {
    version: version(),
    processes: runningProcesses,
    fleet,
    clock,
    answerMs,
  });
  onTestFinished(() => books.close());
  const get = (path: string, query = "") =>
    books.answer({ path, query, rawHeaders: ["authorization", `Bearer ${METRICS_TOKEN}`] });
  return {
    books,
    logs,
    workers,
    worker: (id) => {
      const reports = new WorkerReports({ send: (report) => books.apply(id, structuredClone(report)) });
      workers.set(id, async () => {
        reports.flush();
        return NO_FIGURES;
      });
      return reports;
    },
    link: (reports) => {
      const ask: PrimaryBooks["answer"] = async (request) =>
        structuredClone(await books.answer(structuredClone(request)));
      const news = { up: () => {}, away: () => {}, stillAway: () => {} };
      const restored = structuredClone(books.restored);
      return workerLink(blueprint.server, { reports, ask, restored, owner: OWNER, news });
    },
    get,
    scrape: async () => ownSamples((await get("/metrics")).body),
    summary: async () => JSON.parse((await get("/metrics/summary")).body),
  };
}

/** The lines of our own metrics, without those of the process, sorted. */
export function ownSamples(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("gateway_"))
    .sort();
}
