// Serves by workers: this process starts them, tells them what to serve, and serves nothing itself (contract, section 16).

import type { AddressInfo } from "node:net";
import type { Blueprint } from "../../../plan/blueprint.ts";
import { hostPort } from "../../../plan/host-port.ts";
import { type TlsPair, withSharedTickets } from "../../../runtime/downstream/tls.ts";
import { fingerprint } from "../../../runtime/fingerprint.ts";
import type { GatewayOptions } from "../../../runtime/gateway.ts";
import type { Log } from "../../../runtime/observe/logs/log.ts";
import type { OpenLog } from "../../../runtime/observe/logs/open-log.ts";
import type { Io } from "../../io.ts";
import { withReloaded } from "../blueprint-diff.ts";
import type { Serving } from "../serving.ts";
import { encodeBlueprint } from "./codec.ts";
import { Crew, type CrewEvents, type CrewTimes } from "./crew.ts";
import { forkWorkers } from "./fork-worker.ts";
import type { SentPlan } from "./messages.ts";
import { REPLACEMENT_TIMES } from "./replacement-pause.ts";
import { workerOutput } from "./worker-output.ts";

const TIMES: CrewTimes = { ...REPLACEMENT_TIMES, startMs: 30_000, answerMs: 5000 };
/** How long the log line about the drain waits for the numbers of all workers, ms. */
const NUMBERS_MS = 500;
/** How much longer than its grace time and its drain timeout a worker may take to end, ms. Spans may have to be exported. */
const END_MS = 15_000;

export interface PrimaryParts {
  readonly started: Blueprint;
  /** How many workers. */
  readonly count: number;
  readonly open: OpenLog;
  readonly options: Pick<GatewayOptions, "version" | "pair" | "extraCas">;
  readonly io: Pick<Io, "stderr">;
  /** Whether a signal to stop has come. */
  readonly stopping: () => boolean;
}

/**
 * Starts the workers.
 * @returns once all listen; `undefined` when a signal to stop has ended one before
 * @throws Error when one can't listen. None is left then
 */
export async function serveByWorkers(parts: PrimaryParts): Promise<Serving | undefined> {
  const { started, count, open, options, io, stopping } = parts;
  const { log } = open;
  const crew = new Crew({
    count,
    fork: forkWorkers(workerOutput(open, io)),
    start: { version: options.version, extraCas: options.extraCas, ...sentPlan(started, options.pair) },
    events: crewEvents(log),
    times: TIMES,
  });
  // However this process ends, its workers don't outlive it.
  process.on("exit", () => crew.kill());
  const begun = await crew.begin();
  if (!begun.ok && begun.error === undefined && stopping()) return undefined;
  if (!begun.ok)
    throw new Error(
      begun.error ?? `a worker ended before it listened: ${begun.end?.signal ?? `exit code ${begun.end?.code}`}`,
    );
  const { address, metricsAddress } = begun.listening;
  if (metricsAddress !== undefined) log.info({ address: shown(metricsAddress) }, "metrics listening");
  const { tls } = started.server;
  log.info(
    { address: shown(address), tls: tls !== undefined, routes: started.routes.length, workers: count },
    "listening",
  );
  let { shutdown } = started.server;
  return {
    address,
    target: {
      async swap(next, pair) {
        // A worker that starts later begins with this plan, but with the settings that need a restart as they were.
        const blueprint = { ...next, server: withReloaded(started.server, next.server) };
        const swapped = await crew.swap(sentPlan(blueprint, pair));
        if (!swapped.ok) return swapped;
        shutdown = blueprint.server.shutdown;
        return { ok: true, fingerprint: fingerprint(next) };
      },
      reloaded: () => {},
    },
    async drain(report) {
      report(await crew.drain(NUMBERS_MS));
      return crew.drained(shutdown.graceMs + shutdown.drainTimeoutMs + END_MS);
    },
  };
}

function sentPlan(blueprint: Blueprint, pair: TlsPair | undefined): SentPlan {
  return { blueprint: encodeBlueprint(blueprint), pair: pair && withSharedTickets(pair) };
}

function crewEvents(log: Log): CrewEvents {
  return {
    lost({ id, process: { pid }, failure, end }, pauseMs) {
      const { code, signal } = end ?? { code: null, signal: null };
      log.error({ worker: id, pid, code, signal, error: failure, pause_ms: pauseMs }, "worker ended: it is replaced");
    },
    replaced: ({ id, process: { pid } }) => log.info({ worker: id, pid }, "worker serves"),
    gone: () => {},
  };
}

function shown({ address, port }: AddressInfo): string {
  return hostPort({ host: address, port });
}
