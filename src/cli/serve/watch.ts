// Reports when files have changed and are complete again, which means that nothing has changed for a short time.
//
// Files are checked at each event in their folders, and every second, because some file systems send no events (network mounts,
// bind mounts). An event only starts a check; what it says is ignored. So a rename over the file, a link swapped above it (as
// Kubernetes does) and a file that is gone for a moment are all handled in the same way.

import { type FSWatcher, watch } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

export interface WatchTimes {
  /** After this time without a change the files count as complete, ms (contract, section 8). */
  readonly quietMs: number;
  /** How often to check without an event, ms. */
  readonly pollMs: number;
  /** After this time a missing file is reported, ms. */
  readonly goneMs: number;
}

export const WATCH_TIMES: WatchTimes = { quietMs: 100, pollMs: 1000, goneMs: 5000 };

export interface WatchEvents {
  /** A file has changed, all files exist, and nothing has changed for `quietMs`. */
  readonly changed: () => void;
  /** These files have been missing for `goneMs`. Reported once, until all files are back. */
  readonly gone: (paths: readonly string[]) => void;
}

const GONE = "gone";
/** The shortest time between two checks, ms. A log in the same folder may cause events all the time. */
const PAUSE_MS = 20;

/** Watches a set of files. Reports by the given events, and never throws. */
export class FileWatch {
  readonly #events: WatchEvents;
  readonly #times: WatchTimes;
  readonly #folders = new Map<string, FSWatcher>();
  readonly #poll: NodeJS.Timeout;
  #paths: readonly string[] = [];
  /** The state of the files at the last report. */
  #reported: string | undefined = undefined;
  /** Runs while a change waits for its quiet time. */
  #quiet: NodeJS.Timeout | undefined = undefined;
  #goneSince: number | undefined = undefined;
  #checking: "no" | "yes" | "again" = "no";
  #pause: NodeJS.Timeout | undefined = undefined;
  #stopped = false;

  constructor(paths: readonly string[], events: WatchEvents, times: WatchTimes = WATCH_TIMES) {
    this.#events = events;
    this.#times = times;
    this.#poll = setInterval(() => this.#check(), times.pollMs).unref();
    this.watch(paths);
  }

  /** Watches these files from now on. New paths are reported as a change once: the files may have changed since they were read. */
  watch(paths: readonly string[]): void {
    this.#paths = [...new Set(paths.map((path) => resolve(path)))];
    this.#check();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#quiet);
    clearTimeout(this.#pause);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  /** Starts a check. Only one runs at a time; an event in the meantime causes another one afterwards. */
  #check(): void {
    if (this.#checking !== "no") {
      this.#checking = "again";
      return;
    }
    this.#checking = "yes";
    void this.#checkNow().then(() => {
      if (this.#stopped) return;
      this.#pause = setTimeout(() => {
        const again = this.#checking === "again";
        this.#checking = "no";
        if (again) this.#check();
      }, PAUSE_MS).unref();
    });
  }

  async #checkNow(): Promise<void> {
    const states = await Promise.all(this.#paths.map(stateOf));
    if (this.#stopped) return;
    const folders = [...this.#paths, ...states.map(({ real }) => real)].map((path) => dirname(path));
    this.#watchFolders(new Set(folders));
    const gone = this.#paths.filter((_, index) => states[index]?.fingerprint === GONE);
    this.#noteGone(gone);
    const now = joined(states);
    if (now === this.#reported || gone.length > 0) return this.#cancelQuiet();
    this.#quiet ??= setTimeout(() => this.#confirm(now), this.#times.quietMs);
  }

  /** After the quiet time: reports the change if the files are still the same, otherwise waits again. */
  #confirm(before: string): void {
    this.#quiet = undefined;
    void Promise.all(this.#paths.map(stateOf)).then((states) => {
      if (this.#stopped) return;
      const now = joined(states);
      if (now !== before) return this.#check();
      if (now === this.#reported) return;
      this.#reported = now;
      this.#events.changed();
    });
  }

  #cancelQuiet(): void {
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
  }

  #noteGone(gone: readonly string[]): void {
    // The folder may be gone, too. The watch on it would get no more events, so the next check makes a new watch.
    for (const path of gone) this.#unwatchFolder(dirname(path));
    if (gone.length === 0) {
      this.#goneSince = undefined;
      return;
    }
    this.#goneSince ??= Date.now();
    if (Date.now() - this.#goneSince < this.#times.goneMs) return;
    this.#goneSince = Number.POSITIVE_INFINITY;
    this.#events.gone(gone);
  }

  /** Watches folders, not files: a watch on a file stays with the old file when another one is renamed over it. */
  #watchFolders(wanted: ReadonlySet<string>): void {
    for (const folder of this.#folders.keys()) {
      if (!wanted.has(folder)) this.#unwatchFolder(folder);
    }
    for (const folder of wanted) if (!this.#folders.has(folder)) this.#watchFolder(folder);
  }

  /** Files in a folder that can't be watched (missing, or no watches left) are checked by the timer alone. */
  #watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#check());
      watcher.on("error", () => this.#unwatchFolder(folder));
      this.#folders.set(folder, watcher);
    } catch {
      this.#unwatchFolder(folder);
    }
  }

  #unwatchFolder(folder: string): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
  }
}

interface FileState {
  /** The path with all links resolved. */
  readonly real: string;
  /** Changes whenever the file is changed or replaced. */
  readonly fingerprint: string;
}

function joined(states: readonly FileState[]): string {
  return states.map(({ fingerprint }) => fingerprint).join("\n");
}

/** Reads which file a path leads to, its length, and when it last changed. */
async function stateOf(path: string): Promise<FileState> {
  try {
    const real = await realpath(path);
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(real, { bigint: true });
    return { real, fingerprint: [real, dev, ino, size, mtimeNs, ctimeNs].join(" ") };
  } catch {
    return { real: path, fingerprint: GONE };
  }
}
