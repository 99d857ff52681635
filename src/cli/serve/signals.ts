// Which signals are for the gateway, and what does each mean? Handlers are set before anything else: until then a signal would
// end the process (hazard S1).

export interface SignalMeanings {
  readonly stop: readonly NodeJS.Signals[];
  readonly reload: readonly NodeJS.Signals[];
}

/**
 * @param platform as `process.platform` says it. Windows has no `SIGHUP` that asks for a reload: there it says that the console
 *   is being closed, and the process has ten seconds.
 */
export function signalMeanings(platform: NodeJS.Platform): SignalMeanings {
  if (platform === "win32") return { stop: ["SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"], reload: [] };
  return { stop: ["SIGTERM", "SIGINT"], reload: ["SIGHUP"] };
}

/** The signals of this process, from its making on. */
export class Signals {
  /** The first signal that asks to stop. */
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

  /** What a second request to stop does before the process ends; until this is set it just ends, with exit code 1. */
  onSecondStop(act: () => void): void {
    this.#again = act;
  }

  /** What a reload signal does; one that came before this was set counts. */
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
