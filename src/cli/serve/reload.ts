// How does a changed config come into use? Read, compile, then swap or complain; never half of it (contract, section 8).

import { type CompilerHost, compile, type Diagnostic, harmless, sourceFromBytes } from "../../compiler/index.ts";
import type { Blueprint } from "../../plan/blueprint.ts";
import type { RunningGateway } from "../../runtime/gateway.ts";
import type { Log } from "../../runtime/observe/logs/log.ts";
import { readFiles } from "../tls/load-pair.ts";
import { restartKeys, routeChanges } from "./blueprint-diff.ts";
import { RecordingHost } from "./recording-host.ts";
import { FileWatch } from "./watch.ts";

/** Signals this close together cause one reload, ms. The first is obeyed at once. */
const COALESCE_MS = 100;
/** How often, and after which pause in ms, an unreadable file is tried again: an editor may be about to put it back. */
const READ_TRIES = 5;
const READ_PAUSE_MS = 100;

export interface ReloaderParts {
  readonly file: string;
  /** Environment and files. The environment is that of the process's start: a reload can't change it. */
  readonly host: CompilerHost;
  readonly gateway: Pick<RunningGateway, "host" | "swap" | "reloaded">;
  readonly log: Log;
  /** What the process was started with. */
  readonly started: Blueprint;
  /** What that was made of. */
  readonly inputs: RecordingHost;
}

export class Reloader {
  readonly #parts: ReloaderParts;
  #current: Blueprint;
  #inputs: RecordingHost;
  #watch: FileWatch | undefined = undefined;
  #pause: NodeJS.Timeout | undefined = undefined;
  #askedAgain = false;
  #retry: NodeJS.Timeout | undefined = undefined;
  #stopped = false;

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
    this.#current = parts.started;
    this.#inputs = parts.inputs;
    this.#watchInputs();
  }

  /** A signal asks for a reload: now, or, soon after another, once for all that come till then. */
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

  /** No reload any more: the gateway is shutting down. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#pause);
    clearTimeout(this.#retry);
    this.#watch?.stop();
  }

  #reload(tries: number): void {
    clearTimeout(this.#retry);
    if (this.#stopped) return;
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
    if (result.ok) this.#take(result.value, inputs);
    else this.#refuse("the config has errors", inputs);
  }

  /** A good file: linked and swapped in, in this turn of the event loop. */
  #take(next: Blueprint, inputs: RecordingHost): void {
    const { gateway, log, started } = this.#parts;
    try {
      gateway.swap(next);
    } catch (err) {
      // A bug of ours, told as one: the plan in use goes on.
      log.error({ error: String(err), place: err instanceof Error ? err.stack : undefined }, "internal error");
      return this.#refuse("linking failed", inputs);
    }
    this.#renewTls(next);
    const changes = routeChanges(this.#current, next);
    this.#current = next;
    this.#inputs = inputs;
    log.info({ ...changes, fingerprint: gateway.host.plan.fingerprint, routes: next.routes.length }, "reloaded");
    const keys = restartKeys(started.server, next.server);
    if (keys.length > 0) log.warn({ keys }, "these changes need a restart and are left");
    this.#watchInputs();
    gateway.reloaded("success");
  }

  /** Certificate and key are renewed in their places: they are read again each time. What can't be used changes nothing. */
  #renewTls({ server: { tls } }: Blueprint): void {
    const { gateway, log, started } = this.#parts;
    if (tls === undefined || started.server.tls === undefined) return;
    try {
      gateway.host.renewPair(readFiles(tls, log));
    } catch (err) {
      log.error(
        { error: err instanceof Error ? err.message : String(err) },
        "certificate not renewed: the one in use stays",
      );
    }
  }

  #refuse(reason: string, inputs: RecordingHost): void {
    this.#inputs = inputs;
    this.#parts.log.error({ reason }, "reload refused: the config in use stays");
    this.#watchInputs();
    this.#parts.gateway.reloaded("failure");
  }

  #report({ code, severity, message, range, path, help }: Diagnostic): void {
    const { line, column } = range.start;
    const fields = { code, file: harmless(this.#parts.file), line, column, path, help };
    this.#parts.log[severity === "error" ? "error" : "warn"](fields, message);
  }

  /** Watches what the last try was made of, good or bad: a bad one is mended there. */
  #watchInputs(): void {
    if (!this.#current.server.watch) {
      this.#watch?.stop();
      this.#watch = undefined;
      return;
    }
    if (this.#watch !== undefined) return this.#watch.watch(this.#inputs.paths);
    const { log } = this.#parts;
    this.#watch = new FileWatch(this.#inputs.paths, {
      changed: () => {
        if (this.#inputs.differs()) this.#reload(READ_TRIES);
      },
      gone: (paths) => log.warn({ paths }, "a file of the config is gone: the config in use stays"),
    });
  }
}
