// How is a log file kept fresh? A new one each period, old ones deleted, and one that vanished made anew.

import { fstat, readdir, stat, unlink } from "node:fs";
import { join } from "node:path";
import type { LogFileSpec } from "../../../plan/observability.ts";
import type { Clock } from "../../clock.ts";
import { LineWriter, type WriterEvents } from "./line-writer.ts";
import type { LogSink } from "./log.ts";
import { logFileName, outdated, periodEnd } from "./log-file-name.ts";

/** How often is looked whether the file is still where it was, ms. */
const LOOK_MS = 1000;
/** How long a full file may take to be written out after the next one began, ms. */
const OLD_LIMIT_MS = 60_000;

export class RotatingFile implements LogSink {
  readonly #spec: LogFileSpec;
  readonly #clock: Clock;
  readonly #events: WriterEvents;
  #path: string;
  #writer: LineWriter;
  #before: LineWriter | undefined = undefined;
  #until: number;
  #lookAt: number;

  constructor(spec: LogFileSpec, clock: Clock, events: Omit<WriterEvents, "onOpen">) {
    this.#spec = spec;
    this.#clock = clock;
    this.#events = { ...events, onOpen: () => this.#deleteOutdated() };
    const now = clock.now();
    this.#path = join(spec.dir, logFileName(spec, now));
    this.#until = periodEnd(spec, now);
    this.#lookAt = now + LOOK_MS;
    this.#writer = new LineWriter(this.#path, this.#events);
  }

  write(line: string): void {
    const now = this.#clock.now();
    if (now >= this.#until) this.#begin(now);
    else if (now >= this.#lookAt) this.#look(now);
    this.#writer.write(line);
  }

  flush(): void {
    this.#before?.flushSync();
    this.#writer.flushSync();
  }

  async close(limitMs: number): Promise<void> {
    await Promise.all([this.#before?.end(limitMs), this.#writer.end(limitMs)]);
  }

  /** Writes to the file of this moment from now on. What the one before still holds is written by itself. */
  #begin(now: number): void {
    this.#path = join(this.#spec.dir, logFileName(this.#spec, now));
    this.#until = periodEnd(this.#spec, now);
    this.#lookAt = now + LOOK_MS;
    const old = this.#writer;
    this.#before = old;
    old.end(OLD_LIMIT_MS).then(() => {
      if (this.#before === old) this.#before = undefined;
    });
    this.#writer = new LineWriter(this.#path, this.#events);
  }

  /** Somebody may have moved or deleted the file or its folder: lines would go nowhere for the rest of the period. */
  #look(now: number): void {
    this.#lookAt = now + LOOK_MS;
    const writer = this.#writer;
    const { fd } = writer;
    if (fd === undefined) return;
    stat(this.#path, (missing, there) => {
      fstat(fd, (closed, ours) => {
        if (closed !== null || writer !== this.#writer) return;
        if (missing !== null || there.ino !== ours.ino || there.dev !== ours.dev) this.#begin(this.#clock.now());
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
