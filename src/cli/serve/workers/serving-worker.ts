// Does in a worker what the primary asks for: serves, prepares and swaps plans, drains.

import type { Blueprint, ServerSpec } from "../../../plan/blueprint.ts";
import type { Reply } from "../../../plan/replies.ts";
import type { TlsPair } from "../../../runtime/downstream/tls.ts";
import { type PreparedSwap, type RunningGateway, startGateway } from "../../../runtime/gateway.ts";
import type { Log } from "../../../runtime/observe/logs/log.ts";
import { openWorkerLog } from "../../../runtime/observe/logs/open-log.ts";
import { workerLink } from "../../../runtime/workers/primary-link.ts";
import { WorkerReports } from "../../../runtime/workers/worker-reports.ts";
import type { Io } from "../../io.ts";
import { runningProcesses } from "../../running-processes.ts";
import { catchBugs, internalError } from "../catch-bugs.ts";
import { renewPair } from "../renew-pair.ts";
import { keepYoungObjectsYoung } from "../young-objects.ts";
import { decodeBlueprint } from "./codec.ts";
import { listenErrorText } from "./listen-error.ts";
import type { FromWorker, Legacy, Listening, SentPlan, Start, ToWorker } from "./messages.ts";
import { Questions } from "./questions.ts";

/** How much longer than its grace time and its drain timeout a worker may take to end when the primary is gone, ms. */
const END_MS = 10_000;

export interface ServingWorkerParts {
  /** The number of this worker. */
  readonly id: number;
  readonly io: Pick<Io, "stderr">;
  /** Sends a message to the primary. Never throws. */
  readonly send: (message: FromWorker) => void;
}

interface Running {
  readonly gateway: RunningGateway;
  readonly log: Log;
  readonly stopCatching: () => void;
  shutdown: ServerSpec["shutdown"];
}

/** The messages that are handled one after the other. */
type Queued = Exclude<ToWorker, { readonly kind: "reply" | "askFigures" }>;

interface Prepared {
  readonly swap: number;
  readonly linked: PreparedSwap;
  readonly shutdown: ServerSpec["shutdown"];
  readonly pair: TlsPair | undefined;
}

export class ServingWorker {
  readonly #parts: ServingWorkerParts;
  #running: Running | undefined = undefined;
  #prepared: Prepared | undefined = undefined;
  /** What clients have asked of the metrics endpoints, and the primary has not answered. */
  readonly #questions = new Questions<Reply>();
  /** Messages are handled one after the other, since the start takes more than one turn of the event loop. */
  #before: Promise<void> = Promise.resolve();
  #end = (_whole: boolean): void => {};
  /** Resolves when it has drained, or could not listen, with whether all exchanges finished by themselves. Its log is closed then. */
  readonly ended: Promise<boolean> = new Promise((resolve) => {
    this.#end = resolve;
  });

  constructor(parts: ServingWorkerParts) {
    this.#parts = parts;
  }

  take(message: ToWorker): void {
    // These two wait for nothing: not for a start, and not for the end of a drain.
    if (message.kind === "reply") return this.#questions.answered(message.question, message.reply);
    if (message.kind === "askFigures") return this.#sendFigures(message.question);
    this.#before = this.#before.then(() => this.#handle(message));
  }

  /** The primary is gone, and with it the address: no new connection comes. */
  drainAlone(): void {
    const { graceMs, drainTimeoutMs } = this.#running?.shutdown ?? { graceMs: 0, drainTimeoutMs: 0 };
    // Nobody else would end this process.
    setTimeout(() => process.exit(1), graceMs + drainTimeoutMs + END_MS).unref();
    this.#before = this.#before.then(() => this.#drain({ graceMs: 0 }));
  }

  async #handle(message: Queued): Promise<void> {
    switch (message.kind) {
      case "start":
        return this.#start(message.start);
      case "prepare":
        return this.#prepare(message.swap, message.plan);
      case "commit":
        return this.#commit(message.swap);
      case "forget":
        return this.#forget();
      case "inherit":
        return this.#running && inherit(this.#running.gateway, message.legacy);
      case "stop":
        return this.#drain({});
    }
  }

  async #start({ blueprint: encoded, pair, version, extraCas, restored, owner, legacies, at }: Start): Promise<void> {
    const { id, io, send } = this.#parts;
    const blueprint = listeningAt(decodeBlueprint(encoded), at);
    const { shutdown, logging } = blueprint.server;
    const log = openWorkerLog(logging, id, (sentence) => io.stderr(`ai-gw-lite: ${sentence}\n`));
    keepYoungObjectsYoung();
    const stopCatching = catchBugs(log);
    try {
      const primary = workerLink(blueprint.server, {
        reports: new WorkerReports({ send: (report) => send({ kind: "report", report }) }),
        ask: (request) => this.#questions.ask((question) => send({ kind: "askPrimary", question, request })),
        restored,
        owner: { ...owner, process: String(id) },
        news: {
          up: () => send({ kind: "redis", cause: undefined }),
          away: (cause) => send({ kind: "redis", cause }),
          stillAway: (cause) => send({ kind: "redis", cause }),
        },
      });
      const options = { version, pair, extraCas, primary, processes: runningProcesses };
      const gateway = await startGateway(blueprint, log, options);
      for (const legacy of legacies) inherit(gateway, legacy);
      this.#running = { gateway, log, stopCatching, shutdown };
      send({ kind: "listening", address: gateway.address, metricsAddress: gateway.metricsAddress });
    } catch (err) {
      send({ kind: "failed", error: listenErrorText(err) });
      await log.close();
      stopCatching();
      this.#end(false);
    }
  }

  #prepare(swap: number, { blueprint: encoded, pair }: SentPlan): void {
    if (this.#running === undefined) return;
    this.#forget();
    const { gateway, log } = this.#running;
    let refusal: string | undefined;
    try {
      const blueprint = decodeBlueprint(encoded);
      this.#prepared = { swap, linked: gateway.prepare(blueprint), shutdown: blueprint.server.shutdown, pair };
    } catch (err) {
      refusal = internalError(log, err);
    }
    this.#parts.send({ kind: "prepared", swap, refusal });
  }

  #commit(swap: number): void {
    const running = this.#running;
    const prepared = this.#prepared;
    if (running === undefined || prepared?.swap !== swap) return;
    this.#prepared = undefined;
    let ok = true;
    try {
      prepared.linked.commit();
      running.shutdown = prepared.shutdown;
      renewPair(running.gateway.host, prepared.pair, running.log);
    } catch (err) {
      internalError(running.log, err);
      ok = false;
    }
    this.#parts.send({ kind: "committed", swap, ok });
  }

  #sendFigures(question: number): void {
    void this.#running?.gateway.figures?.().then((figures) => this.#parts.send({ kind: "figures", question, figures }));
  }

  #forget(): void {
    this.#prepared?.linked.forget();
    this.#prepared = undefined;
  }

  async #drain({ graceMs }: { readonly graceMs?: number }): Promise<void> {
    const running = this.#running;
    if (running === undefined) return this.#end(true);
    this.#running = undefined;
    const { gateway, log, stopCatching, shutdown } = running;
    this.#parts.send({ kind: "draining", inFlight: gateway.host.inFlight });
    const whole = await gateway.stop(graceMs === undefined ? shutdown : { ...shutdown, graceMs });
    await log.close();
    stopCatching();
    this.#end(whole);
  }
}

/** Has Redis told what another worker had charged: now, or when it is back. */
function inherit({ shared }: Pick<RunningGateway, "shared">, { worker, charges }: Legacy): void {
  void shared?.limits.inherit(String(worker), charges);
}

/** The same gateway at the ports where other workers have listened. @param at `undefined`: where the config says */
function listeningAt(blueprint: Blueprint, at: Listening | undefined): Blueprint {
  if (at === undefined) return blueprint;
  const { server } = blueprint;
  const { listen, metrics } = server;
  const metricsPort = at.metricsAddress?.port;
  return {
    ...blueprint,
    server: {
      ...server,
      listen: { ...listen, port: at.address.port },
      metrics:
        metrics?.listen && metricsPort ? { ...metrics, listen: { ...metrics.listen, port: metricsPort } } : metrics,
    },
  };
}
