// Writes log lines to a file per period, deletes old files, and creates the file again if it was moved or deleted.

import { fstat, readdir, stat, unlink } from "node:fs";
import { join } from "node:path";
import type { LogFileSpec } from "../../../plan/observability.ts";
import type { Clock } from "../../clock.ts";
import { LineWriter, type WriterEvents } from "./line-writer.ts";
import type { LogSink } from "./log.ts";

/** How often to check that the file is still at its path, ms. */
const CHECK_MS = 1000;
/** How long the last lines of the previous file may take to be written, ms. */
const PREVIOUS_LIMIT_MS = 60_000;

const MINUTE_MS = 60_000;

const PERIOD_MS = { minutely: MINUTE_MS, hourly: 60 * MINUTE_MS, daily: 24 * 60 * MINUTE_MS, never: Infinity } as const;

/** How many characters of `2026-11-23T01:02` a file name contains. */
const STAMP_LENGTH = { minutely: 16, hourly: 13, daily: 10, never: 0 } as const;

const STAMP = /^\.\d{4}-\d{2}-\d{2}(?:-\d{2}(?:-\d{2})?)?\.log$/;

type Naming = Pick<LogFileSpec, "prefix" | "rotation">;

/** A log sink that writes each line to the file of the current period. Never throws: failures are reported by `events`. */
export class RotatingFile implements LogSink {
  readonly #spec: LogFileSpec;
  readonly #clock: Clock;
  readonly #events: WriterEvents;
  #path: string;
  #writer: LineWriter;
  #previous: LineWriter | undefined = undefined;
  #periodEnd: number;
  #checkAt: number;

  constructor(spec: LogFileSpec, clock: Clock, events: Omit<WriterEvents, "onOpen">) {
    this.#spec = spec;
    this.#clock = clock;
    this.#events = { ...events, onOpen: () => this.#deleteOutdated() };
    const now = clock.now();
    this.#path = join(spec.dir, logFileName(spec, now));
    this.#periodEnd = periodEnd(spec, now);
    this.#checkAt = now + CHECK_MS;
    this.#writer = new LineWriter(this.#path, this.#events);
  }

  write(line: string): void {
    const now = this.#clock.now();
    if (now >= this.#periodEnd) this.#startFile(now);
    else if (now >= this.#checkAt) this.#check(now);
    this.#writer.write(line);
  }

  flush(): void {
    this.#previous?.flushSync();
    this.#writer.flushSync();
  }

  async close(limitMs: number): Promise<void> {
    await Promise.all([this.#previous?.end(limitMs), this.#writer.end(limitMs)]);
  }

  /** Writes to the file of the current period from now on. The previous writer finishes its own lines. */
  #startFile(now: number): void {
    this.#path = join(this.#spec.dir, logFileName(this.#spec, now));
    this.#periodEnd = periodEnd(this.#spec, now);
    this.#checkAt = now + CHECK_MS;
    const old = this.#writer;
    this.#previous = old;
    old.end(PREVIOUS_LIMIT_MS).then(() => {
      if (this.#previous === old) this.#previous = undefined;
    });
    this.#writer = new LineWriter(this.#path, this.#events);
  }

  /** Creates the file again if it or its folder was moved or deleted. Otherwise lines would be lost until the period ends. */
  #check(now: number): void {
    this.#checkAt = now + CHECK_MS;
    const writer = this.#writer;
    const { fd } = writer;
    if (fd === undefined) return;
    stat(this.#path, (missing, atPath) => {
      fstat(fd, (closed, ours) => {
        if (closed !== null || writer !== this.#writer) return;
        if (missing !== null || atPath.ino !== ours.ino || atPath.dev !== ours.dev) this.#startFile(this.#clock.now());
      });
    });
  }

  #deleteOutdated(): void {
    const { dir, prefix, rotation, maxFiles } = this.#spec;
    if (rotation === "never") return;
    readdir(dir, (err, names) => {
      if (err !== null) return;
      for (const name of outdated(names, prefix, maxFiles)) unlink(join(dir, name), () => {});
    });
  }
}

/**
 * The name of the file for the lines of a moment, with the time its period began, in UTC: `ai-gw-lite.2026-11-23.log`.
 * For `never` it is `ai-gw-lite.log`.
 * @param now ms since the epoch
 */
export function logFileName({ prefix, rotation }: Naming, now: number): string {
  if (rotation === "never") return `${prefix}.log`;
  const stamp = new Date(now).toISOString().slice(0, STAMP_LENGTH[rotation]).replaceAll(/[T:]/g, "-");
  return `${prefix}.${stamp}.log`;
}

/** When the period of `now` ends. @returns ms since the epoch; `Infinity` without rotation */
export function periodEnd({ rotation }: Pick<Naming, "rotation">, now: number): number {
  const period = PERIOD_MS[rotation];
  return period === Infinity ? Infinity : (Math.floor(now / period) + 1) * period;
}

/**
 * The files to delete so that only the newest `maxFiles` remain.
 * @param names all names in the folder; only names that `logFileName` makes for this prefix are returned
 */
export function outdated(names: readonly string[], prefix: string, maxFiles: number): string[] {
  const ours = names.filter((name) => name.startsWith(`${prefix}.`) && STAMP.test(name.slice(prefix.length)));
  return ours.sort().slice(0, Math.max(0, ours.length - maxFiles));
}
