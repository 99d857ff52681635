// Does in a worker what the primary asks for: serves, prepares and swaps plans, drains.

import type { ServerSpec } from "../../../plan/blueprint.ts";
import type { Reply } from "../../../plan/replies.ts";
import type { TlsPair } from "../../../runtime/downstream/tls.ts";
import { type PreparedSwap, type RunningGateway, startGateway } from "../../../runtime/gateway.ts";
import type { Log } from "../../../runtime/observe/logs/log.ts";
import { openWorkerLog } from "../../../runtime/observe/logs/open-log.ts";
import { workerLink } from "../../../runtime/workers/primary-link.ts";
import { WorkerReports } from "../../../runtime/workers/worker-reports.ts";
import type { Io } from "../../io.ts";
import { runningProcesses } from "../../running-processes.ts";
import { catchBugs } from "../catch-bugs.ts";
import { decodeBlueprint } from "./codec.ts";
import type { FromWorker, SentPlan, Start, ToWorker } from "./messages.ts";
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
      case "stop":
        return this.#drain({});
    }
  }

  async #start({ blueprint: encoded, pair, version, extraCas, restored, owner }: Start): Promise<void> {
    const { id, io, send } = this.#parts;
    const blueprint = decodeBlueprint(encoded);
    const { shutdown, logging } = blueprint.server;
    const log = openWorkerLog(logging, id, (sentence) => io.stderr(`ai-gw-lite: ${sentence}\n`));
    const stopCatching = catchBugs(log);
    try {
      const primary = workerLink(blueprint.server, {
        reports: new WorkerReports({ send: (report) => send({ kind: "report", report }) }),
        ask: (request) => this.#questions.ask((question) => send({ kind: "askPrimary", question, request })),
        restored,
        owner: { ...owner, process: String(id) },
      });
      const options = { version, pair, extraCas, primary, processes: runningProcesses };
      const gateway = await startGateway(blueprint, log, options);
      this.#running = { gateway, log, stopCatching, shutdown };
      send({ kind: "listening", address: gateway.address, metricsAddress: gateway.metricsAddress });
    } catch (err) {
      send({ kind: "failed", error: err instanceof Error ? err.message : String(err) });
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
      // This is a bug in the gateway. The plan in use stays.
      log.error({ error: String(err), place: err instanceof Error ? err.stack : undefined }, "internal error");
      refusal = "linking failed";
    }
    this.#parts.send({ kind: "prepared", swap, refusal });
  }

  #commit(swap: number): void {
    const { gateway, log } = this.#running ?? {};
    const prepared = this.#prepared;
    if (gateway === undefined || prepared?.swap !== swap) return;
    this.#prepared = undefined;
    let ok = true;
    try {
      prepared.linked.commit();
      if (this.#running !== undefined) this.#running.shutdown = prepared.shutdown;
      if (prepared.pair !== undefined) gateway.host.renewPair(prepared.pair);
    } catch (err) {
      log?.error({ error: String(err), place: err instanceof Error ? err.stack : undefined }, "internal error");
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
