// Reloads the config: reads it, compiles it, and swaps the plan, or keeps the old plan if there is an error (contract, section 8).

import {
  type CompilerHost,
  type ConfigKeys,
  compile,
  type Diagnostic,
  harmless,
  sourceFromBytes,
} from "../../compiler/index.ts";
import type { Blueprint } from "../../plan/blueprint.ts";
import type { TlsPair } from "../../runtime/downstream/tls.ts";
import type { Log } from "../../runtime/observe/logs/log.ts";
import { readFiles } from "../tls/load-pair.ts";
import { restartKeys, routeChanges } from "./blueprint-diff.ts";
import { changedKeys } from "./changed-keys.ts";
import { RecordingHost } from "./recording-host.ts";
import type { ReloadTarget, SwapOutcome } from "./serving.ts";
import { FileWatch } from "./watch.ts";

/** The first of several signals causes a reload at once. Those within this time after it cause one more reload together, ms. */
const COALESCE_MS = 100;
/** How often reading is tried, and the pause between the tries in ms. An editor may be replacing the file at this moment. */
const READ_TRIES = 5;
const READ_PAUSE_MS = 100;

export interface ReloaderParts {
  readonly file: string;
  /** Reads the environment and files. The environment is that of the process's start: a reload can't change it. */
  readonly host: CompilerHost;
  readonly target: ReloadTarget;
  readonly log: Log;
  /** The blueprint that the process was started with. */
  readonly started: Blueprint;
  /** The keys of its config. */
  readonly keys: ConfigKeys;
  /** The files that it was compiled from. */
  readonly inputs: RecordingHost;
}

/** Reloads the config at a signal or when one of its files changes. A config that can't be used changes nothing. */
export class Reloader {
  readonly #parts: ReloaderParts;
  #current: Blueprint;
  #keys: ConfigKeys;
  #inputs: RecordingHost;
  #watch: FileWatch | undefined = undefined;
  #pause: NodeJS.Timeout | undefined = undefined;
  #askedAgain = false;
  /** Workers are swapping their plans. */
  #swapping = false;
  /** A reload was wanted meanwhile. */
  #wantedAgain = false;
  /** A file has changed meanwhile: by the change that is being applied, or by another one. */
  #changedMeanwhile = false;
  #retry: NodeJS.Timeout | undefined = undefined;
  #stopped = false;

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
    this.#current = parts.started;
    this.#keys = parts.keys;
    this.#inputs = parts.inputs;
    this.#watchInputs();
  }

  /** Reloads now. Soon after another call it waits, and reloads once for all calls of that time. */
  ask(): void {
    if (this.#stopped) return;
    if (this.#pause !== undefined) {
      this.#askedAgain = true;
      return;
    }
    this.#reload(READ_TRIES);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (!this.#askedAgain) return;
      this.#askedAgain = false;
      this.ask();
    }, COALESCE_MS);
  }

  /** Ends all reloading, because the gateway is shutting down. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#pause);
    clearTimeout(this.#retry);
    this.#watch?.stop();
  }

  #reload(tries: number): void {
    clearTimeout(this.#retry);
    if (this.#stopped) return;
    if (this.#swapping) {
      this.#wantedAgain = true;
      return;
    }
    const { file, host } = this.#parts;
    const inputs = new RecordingHost(host);
    const read = inputs.readFile(file);
    if (!read.ok && tries > 1) {
      this.#retry = setTimeout(() => this.#reload(tries - 1), READ_PAUSE_MS);
      return;
    }
    if (!read.ok) return this.#refuse(`can't read ${file}: ${read.reason}`, inputs);
    const result = compile(sourceFromBytes(file, read.bytes), inputs);
    for (const diagnostic of result.diagnostics) this.#report(diagnostic);
    if (result.ok) this.#apply(result.value, result.keys(), inputs);
    else this.#refuse("the config has errors", inputs);
  }

  /** Swaps a valid blueprint in: within this turn of the event loop, or when all workers have. */
  #apply(next: Blueprint, nextKeys: ConfigKeys, inputs: RecordingHost): void {
    const swapped = this.#parts.target.swap(next, this.#readPair(next));
    const report = (outcome: SwapOutcome): void => {
      // The workers drain, and may not have swapped.
      if (this.#stopped) return;
      if (outcome.ok) this.#applied(next, nextKeys, inputs, outcome.fingerprint);
      else this.#refuse(outcome.reason, inputs);
    };
    if (!(swapped instanceof Promise)) return report(swapped);
    this.#swapping = true;
    void swapped.then((outcome) => {
      this.#swapping = false;
      report(outcome);
      const [again, changed] = [this.#wantedAgain, this.#changedMeanwhile];
      this.#wantedAgain = false;
      this.#changedMeanwhile = false;
      if (again) this.#reload(READ_TRIES);
      else if (changed) this.#changed();
    });
  }

  #applied(next: Blueprint, nextKeys: ConfigKeys, inputs: RecordingHost, fingerprint: string): void {
    const { target, log, started } = this.#parts;
    const changes = { ...routeChanges(this.#current, next), changed_keys: changedKeys(this.#keys, nextKeys) };
    this.#current = next;
    this.#keys = nextKeys;
    this.#inputs = inputs;
    log.info({ ...changes, fingerprint, routes: next.routes.length }, "reloaded");
    const keys = restartKeys(started.server, next.server);
    if (keys.length > 0) log.warn({ keys }, "these changes need a restart and are not applied");
    this.#watchInputs();
    target.reloaded("success");
  }

  /**
   * Reads certificate and key again on each reload: they may have been renewed under the same paths.
   * @returns `undefined` without TLS, and for an unusable pair, which is logged: the one in use stays
   */
  #readPair({ server: { tls } }: Blueprint): TlsPair | undefined {
    const { log, started } = this.#parts;
    const asked = started.server.tls;
    if (tls === undefined || asked === undefined) return undefined;
    // Whether clients are asked for a certificate is fixed. A server that asks, but has no CA, would accept those of public CAs.
    const isFixed = (tls.clientCaPath === undefined) !== (asked.clientCaPath === undefined);
    try {
      return readFiles(isFixed ? { ...tls, clientCaPath: asked.clientCaPath } : tls, log);
    } catch (err) {
      const error = err instanceof Error ? err.message : String(err);
      log.error({ error }, "certificate not renewed: the one in use stays");
      return undefined;
    }
  }

  #refuse(reason: string, inputs: RecordingHost): void {
    this.#inputs = inputs;
    this.#parts.log.error({ reason }, "reload refused: the config in use stays");
    this.#watchInputs();
    this.#parts.target.reloaded("failure");
  }

  #report({ code, severity, message, range, path, help }: Diagnostic): void {
    const { line, column } = range.start;
    const fields = { code, file: harmless(this.#parts.file), line, column, path, help };
    this.#parts.log[severity === "error" ? "error" : "warn"](fields, message);
  }

  /** Watches the files that the last reload read, also when it failed: the operator will fix the error in one of them. */
  #watchInputs(): void {
    if (this.#stopped) return;
    if (!this.#current.server.watch) {
      this.#watch?.stop();
      this.#watch = undefined;
      return;
    }
    if (this.#watch !== undefined) return this.#watch.watch(this.#inputs.paths);
    const { log } = this.#parts;
    this.#watch = new FileWatch(this.#inputs.paths, {
      changed: () => this.#changed(),
      gone: (paths) => log.warn({ paths }, "a file of the config is gone: the config in use stays"),
    });
  }

  /** A file has changed. One change is applied once, also when a signal has announced it. */
  #changed(): void {
    if (this.#stopped) return;
    if (this.#swapping) this.#changedMeanwhile = true;
    else if (this.#inputs.differs()) this.#reload(READ_TRIES);
  }
}
