// Handles the signals that stop or reload the gateway. Create `Signals` first: without handlers a signal ends the process (hazard S1).

export interface SignalMeanings {
  readonly stop: readonly NodeJS.Signals[];
  readonly reload: readonly NodeJS.Signals[];
}

/**
 * The signals of a platform and their meaning.
 * @param platform the value of `process.platform`. On Windows `SIGHUP` means that the console is being closed: the process then has
 *   ten seconds to stop.
 */
export function signalMeanings(platform: NodeJS.Platform): SignalMeanings {
  if (platform === "win32") return { stop: ["SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"], reload: [] };
  return { stop: ["SIGTERM", "SIGINT"], reload: ["SIGHUP"] };
}

/** Handles the signals of this process from its construction on. */
export class Signals {
  /** Resolves with the first signal to stop. */
  readonly stop: Promise<NodeJS.Signals>;
  #stopping = false;
  #again: (() => void) | undefined = undefined;
  #hangUp: (() => void) | undefined = undefined;
  #hungUp = false;

  constructor() {
    const { stop, reload } = signalMeanings(process.platform);
    this.stop = new Promise((resolve) => {
      for (const signal of stop) {
        process.on(signal, () => {
          if (this.#stopping) return this.#again === undefined ? process.exit(1) : this.#again();
          this.#stopping = true;
          resolve(signal);
        });
      }
    });
    for (const signal of reload) process.on(signal, () => this.#reload());
  }

  /** Whether a signal to stop has come. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Sets what a second signal to stop does. Until this is set, it ends the process with exit code 1. */
  onSecondStop(act: () => void): void {
    this.#again = act;
  }

  /** Sets what a reload signal does. If one came earlier, this calls `act` at once. */
  onHangUp(act: () => void): void {
    this.#hangUp = act;
    if (this.#hungUp) act();
    this.#hungUp = false;
  }

  #reload(): void {
    if (this.#hangUp === undefined) this.#hungUp = true;
    else this.#hangUp();
  }
}
