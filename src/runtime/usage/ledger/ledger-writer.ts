// Appends lines to the file of the day, in batches, so that a request never waits for the disk.
//
// A full disk or a broken folder costs memory up to a bound, and after that lines. Nothing else fails. The log's own writer
// (`LineWriter`) is not used here: it does not say how far whole lines are written, which the checkpoint has to know.

import type { FileHandle } from "node:fs/promises";
import type { Clock } from "../../clock.ts";
import type { LedgerLine } from "../ledger-line.ts";
import type { ChargeSums } from "./charge-sums.ts";
import type { Position } from "./checkpoint.ts";
import { DayFile } from "./day-file.ts";
import { dayAt } from "./day-files.ts";
import { type Batch, LineQueue } from "./line-queue.ts";

/** With this much waiting, the lines are written at once, bytes. */
const ENOUGH = 512 * 1024;

export interface WriterTimes {
  /** How long a line waits at most before it is written, ms. */
  readonly flushMs: number;
  /** How long to wait after a failure before the next try, ms. */
  readonly retryMs: number;
}

/** `onTrouble` and `onRecovery` are each called once per period of trouble: at its start and at its end. */
export interface WriterEvents {
  /** Lines can't be written. They wait. @param code the system's error code, such as `ENOSPC` */
  readonly onTrouble: (code: string) => void;
  /** @param lost how many lines were dropped in the meantime */
  readonly onRecovery: (lost: number) => void;
}

export interface WriterParts extends WriterEvents {
  readonly dir: string;
  readonly clock: Clock;
  readonly times: WriterTimes;
  /** No line is written to the file of an earlier day. */
  readonly firstDay: string;
  /** Lines are in the file, whole. @param position the end of the last one */
  readonly onWritten: (charges: ChargeSums, position: Position) => void;
  /** Writes bytes. @returns how many were written, which may be fewer */
  readonly write?: (handle: FileHandle, bytes: Buffer) => Promise<number>;
}

/** A batch of which a part may be written. */
interface Pending {
  readonly batch: Batch;
  bytes: Buffer;
  /** What is still to be written. */
  rest: Buffer;
  /** Whether a part is in the file: then the rest must follow there. */
  begun: boolean;
}

export class LedgerWriter {
  readonly #parts: WriterParts;
  readonly #queue = new LineQueue();
  #file: DayFile | undefined = undefined;
  #day: string;
  #pending: Pending | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #running: Promise<void> | undefined = undefined;
  #troubled = false;
  #lostNow = 0;
  #lost = 0;
  #closed = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#day = parts.firstDay;
  }

  /** How many lines were dropped so far. */
  get lost(): number {
    return this.#lost;
  }

  /** The latest day on which a line was written, and no line is written to the file of an earlier one. */
  get day(): string {
    return this.#day;
  }

  /** Queues a line. It is dropped when too many wait. Never throws. */
  append(line: LedgerLine): void {
    if (this.#closed) return void this.#lost++;
    if (!this.#queue.add(line)) {
      this.#lost++;
      this.#lostNow++;
      return this.#trouble("EAGAIN");
    }
    if (this.#timer === undefined) this.#wait(this.#parts.times.flushMs);
    if (this.#queue.held > ENOUGH && this.#running === undefined && !this.#troubled) void this.flush();
  }

  /** Tries to write everything that was appended before. Never throws: what could not be written is tried again later. */
  async flush(): Promise<void> {
    // Lines that came while the last ones were being written may not have been seen.
    await this.#running;
    this.#running ??= this.#writeAll().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Takes no more lines, and writes those that wait. @returns how many could not be written */
  async close(): Promise<number> {
    this.#closed = true;
    await this.flush();
    clearTimeout(this.#timer);
    const unwritten = this.#queue.length + (this.#pending?.batch.lines ?? 0);
    this.#lost += unwritten;
    await this.#file?.close();
    this.#file = undefined;
    return unwritten;
  }

  async #writeAll(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      for (;;) {
        this.#pending ??= this.#next();
        if (this.#pending === undefined) break;
        await this.#write(this.#pending);
        this.#pending = undefined;
      }
    } catch (err) {
      this.#trouble((err as NodeJS.ErrnoException).code ?? "unknown");
      if (!this.#closed) this.#wait(this.#parts.times.retryMs);
    }
  }

  #next(): Pending | undefined {
    const batch = this.#queue.take();
    if (batch === undefined) return undefined;
    const { bytes } = batch;
    return { batch, bytes, rest: bytes, begun: false };
  }

  /** @throws the error of the system. What is written until then is taken off the rest of the batch. */
  async #write(pending: Pending): Promise<void> {
    const { write = writeOnce, onWritten } = this.#parts;
    const file = (pending.begun ? await this.#sameFile() : undefined) ?? (await this.#fileFor(pending));
    while (pending.rest.length > 0) {
      const written = await write(file.handle, pending.rest);
      if (written > 0) pending.begun = true;
      file.size += written;
      pending.rest = pending.rest.subarray(written);
    }
    onWritten(pending.batch.charges, { day: file.day, offset: file.size });
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#parts.onRecovery(this.#lostNow);
    this.#lostNow = 0;
  }

  /** The file with the first part of a batch; `undefined` when it is no longer at its path. */
  async #sameFile(): Promise<DayFile | undefined> {
    return (await this.#file?.isAtPath()) === true ? this.#file : undefined;
  }

  /**
   * The file for a batch: that of today. An earlier file never gets lines again, also when the clock goes back. And no line is in
   * the file of a day before the one on which its exchange began, so that readers know where to look.
   */
  async #fileFor(pending: Pending): Promise<DayFile> {
    const { dir, clock } = this.#parts;
    for (const day of [dayAt(clock.now()), pending.batch.lastDay]) if (day > this.#day) this.#day = day;
    if (this.#file?.day === this.#day && (await this.#file.isAtPath())) return this.#file;
    const old = this.#file;
    this.#file = undefined;
    await old?.close();
    const file = await DayFile.open(dir, this.#day);
    this.#file = file;
    pending.bytes = unwrittenLines(pending);
    pending.begun = false;
    pending.rest = file.torn ? Buffer.concat([Buffer.from("\n"), pending.bytes]) : pending.bytes;
    return file;
  }

  #trouble(code: string): void {
    if (this.#troubled) return;
    this.#troubled = true;
    this.#parts.onTrouble(code);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => void this.flush(), ms);
    this.#timer.unref();
  }
}

/** The lines that are not written, or not whole. A file that was moved away keeps the others. */
function unwrittenLines({ bytes, rest }: Pending): Buffer {
  const written = bytes.length - rest.length;
  return written <= 0 ? bytes : bytes.subarray(bytes.lastIndexOf("\n", written - 1) + 1);
}

async function writeOnce(handle: FileHandle, bytes: Buffer): Promise<number> {
  return (await handle.write(bytes)).bytesWritten;
}
