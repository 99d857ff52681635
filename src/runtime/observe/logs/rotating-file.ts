// Writes log lines to a file per period, or to several of bounded size, deletes old files, and creates the file again if it was
// moved or deleted.

import { fstat, readdir, readdirSync, stat, unlink } from "node:fs";
import { join } from "node:path";
import type { LogFileSpec } from "../../../plan/observability.ts";
import type { Clock } from "../../clock.ts";
import { LineWriter, type WriterEvents } from "./line-writer.ts";
import type { LogSink } from "./log.ts";
import { lastNumber, logFileName, outdated, periodEnd } from "./log-file-names.ts";

/** How often to check that the file is still at its path, ms. */
const CHECK_MS = 1000;
/** How long the last lines of the previous file may take to be written, ms. */
const PREVIOUS_LIMIT_MS = 60_000;

/** A log sink that writes each line to the file of the current period. Never throws: failures are reported by `events`. */
export class RotatingFile implements LogSink {
  readonly #spec: LogFileSpec;
  readonly #clock: Clock;
  readonly #events: WriterEvents;
  #writer: LineWriter;
  #previous: LineWriter | undefined = undefined;
  #periodEnd: number;
  #checkAt: number;

  constructor(spec: LogFileSpec, clock: Clock, events: Omit<WriterEvents, "onOpen">) {
    this.#spec = spec;
    this.#clock = clock;
    this.#events = { ...events, onOpen: () => this.#deleteOutdated() };
    const now = clock.now();
    this.#periodEnd = periodEnd(spec, now);
    this.#checkAt = now + CHECK_MS;
    this.#writer = this.#openFile(now, spec.maxBytes === undefined ? 0 : lastNumber(namesIn(spec.dir), spec, now));
  }

  write(line: string): void {
    const now = this.#clock.now();
    if (now >= this.#periodEnd) this.#startFile(now, 0);
    else if (now >= this.#checkAt) this.#check(now);
    this.#writer.write(line);
  }

  flush(): void {
    this.#previous?.flushSync();
    this.#writer.flushSync();
  }

  held(): number {
    return this.#writer.held + (this.#previous?.held ?? 0);
  }

  async close(limitMs: number): Promise<void> {
    await Promise.all([this.#previous?.end(limitMs), this.#writer.end(limitMs)]);
  }

  /** @param number of the period's files of bounded size, the one to begin with */
  #openFile(now: number, number: number): LineWriter {
    const { dir, maxBytes } = this.#spec;
    const pathOf = (at: number) => join(dir, logFileName(this.#spec, now, at));
    const target = maxBytes === undefined ? pathOf(0) : { maxBytes, first: number, pathOf };
    return new LineWriter(target, this.#events);
  }

  /** Writes to a file of the current period from now on. The previous writer finishes its own lines. */
  #startFile(now: number, number: number): void {
    this.#periodEnd = periodEnd(this.#spec, now);
    this.#checkAt = now + CHECK_MS;
    const old = this.#writer;
    this.#previous = old;
    old.end(PREVIOUS_LIMIT_MS).then(() => {
      if (this.#previous === old) this.#previous = undefined;
    });
    this.#writer = this.#openFile(now, number);
  }

  /** Creates the file again if it or its folder was moved or deleted. Otherwise lines would be lost until the period ends. */
  #check(now: number): void {
    this.#checkAt = now + CHECK_MS;
    const writer = this.#writer;
    const { fd, path } = writer;
    if (fd === undefined || path === undefined) return;
    stat(path, (missing, atPath) => {
      fstat(fd, (closed, ours) => {
        if (closed !== null || writer !== this.#writer || fd !== writer.fd || path !== writer.path) return;
        if (missing === null && atPath.ino === ours.ino && atPath.dev === ours.dev) return;
        this.#startFile(this.#clock.now(), writer.number);
      });
    });
  }

  #deleteOutdated(): void {
    const { dir, rotation, maxBytes } = this.#spec;
    if (rotation === "never" && maxBytes === undefined) return;
    readdir(dir, (err, names) => {
      if (err !== null) return;
      for (const name of outdated(names, this.#spec)) unlink(join(dir, name), () => {});
    });
  }
}

/** The names in a folder; none when it can't be read. Only called before the gateway serves requests. */
function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
