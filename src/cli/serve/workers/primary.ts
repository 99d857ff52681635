// Serves by workers: this process starts them, tells them what to serve, and serves nothing itself (contract, section 16).

import type { AddressInfo } from "node:net";
import type { Blueprint } from "../../../plan/blueprint.ts";
import { type TlsPair, withSharedTickets } from "../../../runtime/downstream/tls.ts";
import { fingerprint } from "../../../runtime/fingerprint.ts";
import { type GatewayOptions, logAddresses } from "../../../runtime/gateway.ts";
import { dayCharges } from "../../../runtime/limits/shared/day-charges.ts";
import { logStateNews } from "../../../runtime/log-state-news.ts";
import type { Log } from "../../../runtime/observe/logs/log.ts";
import type { OpenLog } from "../../../runtime/observe/logs/open-log.ts";
import { openPrimary } from "../../../runtime/open-primary.ts";
import { onlyOwner } from "../../../runtime/workers/charge-owner.ts";
import type { Fleet } from "../../../runtime/workers/fleet-figures.ts";
import { FleetState } from "../../../runtime/workers/fleet-state.ts";
import type { PrimaryBooks } from "../../../runtime/workers/primary-books.ts";
import type { Io } from "../../io.ts";
import { withReloaded } from "../blueprint-diff.ts";
import { internalError } from "../catch-bugs.ts";
import type { Serving } from "../serving.ts";
import { encodeBlueprint } from "./codec.ts";
import { Crew, type CrewEvents, type CrewTimes } from "./crew.ts";
import { forkWorkers } from "./fork-worker.ts";
import type { ProcessEnd } from "./member.ts";
import type { Legacy, SentPlan } from "./messages.ts";
import { REPLACEMENT_TIMES } from "./replacement-pause.ts";
import { workerOutput } from "./worker-output.ts";

const TIMES: CrewTimes = { ...REPLACEMENT_TIMES, startMs: 30_000, answerMs: 5000, endMs: 5000 };
/** How long the log line about the drain waits for the numbers of all workers, ms. */
const NUMBERS_MS = 500;
/** How much longer than its grace time and its drain timeout a worker may take to end, ms. Spans may have to be exported. */
const END_MS = 15_000;

export interface PrimaryParts {
  readonly started: Blueprint;
  /** How many workers. */
  readonly count: number;
  readonly open: OpenLog;
  readonly options: Pick<GatewayOptions, "version" | "pair" | "extraCas" | "processes">;
  readonly io: Pick<Io, "stderr">;
  /** Whether a signal to stop has come. */
  readonly stopping: () => boolean;
}

/**
 * Opens the books of all workers, and starts them.
 * @returns once all listen; `undefined` when a signal to stop has ended one before
 * @throws Error when one can't listen, of which none is left then; or an error of the ledger, as `openPrimary` does
 */
export async function serveByWorkers(parts: PrimaryParts): Promise<Serving | undefined> {
  const { started, count, open, options, io, stopping } = parts;
  const { log } = open;
  const { version, pair, extraCas, processes } = options;
  const { redis } = started.server;
  const fleet: Fleet = {
    configured: count,
    live: () => crew.live(),
    ask: (worker) => crew.figures(worker),
  };
  const books = await openPrimary(started, log, { version, processes, fleet });
  const crew: Crew = new Crew({
    count,
    fork: forkWorkers(workerOutput(open, io)),
    start: {
      version,
      extraCas,
      restored: books.restored,
      owner: onlyOwner(books.ledgerId),
      legacies: [],
      at: undefined,
      ...sentPlan(started, pair),
    },
    events: crewEvents(log, books, redis && new FleetState(logStateNews(log, redis.onFailure, "each worker"))),
    times: TIMES,
  });
  // However this process ends, its workers don't outlive it.
  process.on("exit", () => crew.kill());
  const begun = await crew.begin();
  if (!begun.ok) {
    await books.close();
    if (begun.error === undefined && stopping()) return undefined;
    throw new Error(begun.error ?? `a worker ended before it listened: ${endText(begun.end)}`);
  }
  logAddresses(log, started, begun.listening, { workers: count });
  return serving(begun.listening.address, { started, crew, books, log });
}

interface ServingParts {
  readonly started: Blueprint;
  readonly crew: Crew;
  readonly books: PrimaryBooks;
  readonly log: Log;
}

function serving(address: AddressInfo, { started, crew, books, log }: ServingParts): Serving {
  let { shutdown } = started.server;
  return {
    address,
    target: {
      async swap(next, pair) {
        try {
          // A worker that starts later begins with this plan, but with the settings that need a restart as they were.
          const blueprint = { ...next, server: withReloaded(started.server, next.server) };
          const swapped = await crew.swap(sentPlan(blueprint, pair));
          if (!swapped.ok) return swapped;
          books.adopt(next);
          shutdown = blueprint.server.shutdown;
          return { ok: true, fingerprint: fingerprint(next) };
        } catch (err) {
          return { ok: false, reason: internalError(log, err) };
        }
      },
      reloaded: (result) => books.reloaded(result),
    },
    async drain(report) {
      report(await crew.drain(NUMBERS_MS));
      const whole = await crew.drained(shutdown.graceMs + shutdown.drainTimeoutMs + END_MS);
      await books.close();
      return whole;
    },
  };
}

function sentPlan(blueprint: Blueprint, pair: TlsPair | undefined): SentPlan {
  return { blueprint: encodeBlueprint(blueprint), pair: pair && withSharedTickets(pair) };
}

/** @param state how Redis is, which the workers share; `undefined`: they share nothing */
function crewEvents(log: Log, books: PrimaryBooks, state: FleetState | undefined): CrewEvents {
  return {
    lost({ id, process: { pid }, failure, end }, pauseMs) {
      const { code, signal } = end ?? { code: null, signal: null };
      log.error({ worker: id, pid, code, signal, error: failure, pause_ms: pauseMs }, "worker ended: it is replaced");
    },
    replaced: ({ id, process: { pid } }) => log.info({ worker: id, pid }, "worker serves"),
    gone(worker) {
      books.gone(worker);
      state?.gone(worker);
      return state && legacyOf(worker, books);
    },
    reported: (worker, report) => books.apply(worker, report),
    redis: (worker, cause) => (cause === undefined ? state?.up(worker) : state?.away(worker, cause)),
    asked: (request) => books.answer(request),
  };
}

function legacyOf(worker: number, books: PrimaryBooks): Legacy | undefined {
  const charged = books.chargedBy(worker);
  if (charged.size === 0) return undefined;
  return { worker, charges: new Map([...charged].map(([client, { days }]) => [client, dayCharges(days)])) };
}

function endText(end: ProcessEnd | undefined): string {
  return end?.signal ?? `exit code ${end?.code}`;
}
