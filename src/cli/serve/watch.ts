// Has one of these files changed, and is it whole again? Looked up whenever something moves in their folders, and every second in
// case nobody says so (network mounts, bind mounts); told once it has been quiet.
//
// Only what is found by looking counts, never what an event says: so a rename over the file, a link swapped above it (as
// Kubernetes does) and a file gone for a moment are all the same case.

import { type FSWatcher, watch } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

export interface WatchTimes {
  /** How long nothing may have moved before the files are taken for whole, ms (contract, section 8). */
  readonly quietMs: number;
  /** How often to look when no event came, ms. */
  readonly pollMs: number;
  /** How long a file may be gone before that is worth a word, ms. */
  readonly goneMs: number;
}

export const WATCH_TIMES: WatchTimes = { quietMs: 100, pollMs: 1000, goneMs: 5000 };

export interface WatchEvents {
  /** Something is different, everything is there, and nothing has moved for `quietMs`. */
  readonly changed: () => void;
  /** These files have been gone for `goneMs`. Told once, until they are back. */
  readonly gone: (paths: readonly string[]) => void;
}

const GONE = "gone";
/** Least time from one look to the next, ms: a log in the same folder may move all the time. */
const REST_MS = 20;

export class FileWatch {
  readonly #events: WatchEvents;
  readonly #times: WatchTimes;
  readonly #folders = new Map<string, FSWatcher>();
  readonly #poll: NodeJS.Timeout;
  #paths: readonly string[] = [];
  /** What the files looked like when they were last told of, or first seen. */
  #told: string | undefined = undefined;
  #quiet: NodeJS.Timeout | undefined = undefined;
  #goneSince: number | undefined = undefined;
  #looking: "no" | "yes" | "again" = "no";
  #rested: NodeJS.Timeout | undefined = undefined;
  #stopped = false;

  constructor(paths: readonly string[], events: WatchEvents, times: WatchTimes = WATCH_TIMES) {
    this.#events = events;
    this.#times = times;
    this.#poll = setInterval(() => this.#look(), times.pollMs).unref();
    this.watch(paths);
  }

  /** Watches these files from now on. The first look tells of a change: what was read before it may be old by now. */
  watch(paths: readonly string[]): void {
    this.#paths = [...new Set(paths.map((path) => resolve(path)))];
    this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#quiet);
    clearTimeout(this.#rested);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  /** One look at a time; what moves meanwhile asks for another. */
  #look(): void {
    if (this.#looking !== "no") {
      this.#looking = "again";
      return;
    }
    this.#looking = "yes";
    void this.#lookNow().then(() => {
      if (this.#stopped) return;
      this.#rested = setTimeout(() => {
        const again = this.#looking === "again";
        this.#looking = "no";
        if (again) this.#look();
      }, REST_MS).unref();
    });
  }

  async #lookNow(): Promise<void> {
    const faces = await Promise.all(this.#paths.map(face));
    if (this.#stopped) return;
    const folders = [...this.#paths, ...faces.map(({ real }) => real)].map((path) => dirname(path));
    this.#watchFolders(new Set(folders));
    const gone = this.#paths.filter((_, index) => faces[index]?.looks === GONE);
    this.#noteGone(gone);
    const looks = joined(faces);
    if (looks === this.#told || gone.length > 0) return this.#rest();
    this.#quiet ??= setTimeout(() => this.#confirm(looks), this.#times.quietMs);
  }

  /** The same after a quiet time: told. Not the same: quiet begins anew. */
  #confirm(before: string): void {
    this.#quiet = undefined;
    void Promise.all(this.#paths.map(face)).then((faces) => {
      if (this.#stopped) return;
      const now = joined(faces);
      if (now !== before) return this.#look();
      if (now === this.#told) return;
      this.#told = now;
      this.#events.changed();
    });
  }

  #rest(): void {
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
  }

  #noteGone(gone: readonly string[]): void {
    // The folder may have gone with it, and the watch on it is then deaf: the next look watches the one that is there.
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

  /** Folders, not files: a watch on a file follows the old one when another is renamed over it. */
  #watchFolders(wanted: ReadonlySet<string>): void {
    for (const folder of this.#folders.keys()) {
      if (!wanted.has(folder)) this.#unwatchFolder(folder);
    }
    for (const folder of wanted) if (!this.#folders.has(folder)) this.#watchFolder(folder);
  }

  /** A folder that can't be watched (gone, no watches left) is looked at by the clock alone. */
  #watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#look());
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

interface Face {
  /** Where the path leads, every link followed. */
  readonly real: string;
  readonly looks: string;
}

function joined(faces: readonly Face[]): string {
  return faces.map(({ looks }) => looks).join("\n");
}

/** What a file looks like from outside: which one it is, how long, and when it last changed. */
async function face(path: string): Promise<Face> {
  try {
    const real = await realpath(path);
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(real, { bigint: true });
    return { real, looks: [real, dev, ino, size, mtimeNs, ctimeNs].join(" ") };
  } catch {
    return { real: path, looks: GONE };
  }
}
