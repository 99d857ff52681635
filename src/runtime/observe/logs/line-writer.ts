// How do lines get into a file or a pipe without ever holding up a request? Queued, and written in batches, one at a time.
//
// A full disk, a vanished folder or a slow reader costs memory up to a bound, then lines, and nothing else. Pino's own stream
// would do but for two things: its `flushSync` never returns when the disk is full or the reader gone, and a file that it
// could not open makes its next `write` throw.

import { close, fsync, mkdir, mkdirSync, open, openSync, write, writeSync } from "node:fs";
import { dirname } from "node:path";

/** What is kept at most while it can't be written, characters. */
const MAX_HELD = 16 * 1024 * 1024;
/** How long after a failure the next try is, ms. */
const RETRY_MS = 1000;
/** How long a reader that takes nothing holds up a synchronous flush, ms. */
const FLUSH_PATIENCE_MS = 1000;
/** Logs name paths and token labels: others need not read them. */
const FILE_MODE = 0o640;

/** Called once when a spell of trouble begins, and once when it is over. */
export interface WriterEvents {
  /** @param code why, such as `ENOSPC` */
  readonly onTrouble: (code: string) => void;
  /** @param lost how many lines did not fit in while it lasted */
  readonly onRecovery: (lost: number) => void;
  readonly onOpen?: () => void;
}

export class LineWriter {
  readonly #path: string | undefined;
  readonly #events: WriterEvents;
  #fd: number | undefined;
  #queue: string[] = [];
  #held = 0;
  /** What of a batch is still to be written, and whether a write of it is under way. */
  #batch: Buffer | undefined = undefined;
  #writing = false;
  #timer: NodeJS.Timeout | undefined = undefined;
  #troubled = false;
  #lost = 0;
  #ended: (() => void) | undefined = undefined;
  #closed = false;

  /** @param target a file, which is opened to append and made with its folder when missing; or an open descriptor */
  constructor(target: string | number, events: WriterEvents) {
    this.#events = events;
    this.#path = typeof target === "string" ? target : undefined;
    this.#fd = typeof target === "number" ? target : undefined;
    if (this.#fd === undefined) this.#open();
  }

  /** The open file; `undefined` while there is none. */
  get fd(): number | undefined {
    return this.#fd;
  }

  write(line: string): void {
    if (this.#ended !== undefined) return;
    if (this.#held + line.length > MAX_HELD) {
      this.#lost++;
      return this.#trouble("EAGAIN");
    }
    this.#queue.push(line);
    this.#held += line.length;
    this.#pump();
  }

  /** Writes all there is before it returns. For the last moments of a process: what can't be written then is lost. */
  flushSync(): void {
    if (this.#batch === undefined && this.#queue.length === 0) return;
    try {
      if (this.#fd === undefined && this.#path !== undefined) this.#fd = openNow(this.#path);
      // What is under way is finished by another thread, also while the process exits.
      if (!this.#writing && this.#batch !== undefined) writeAllSync(this.#fd, this.#batch);
      if (!this.#writing) this.#batch = undefined;
      writeAllSync(this.#fd, Buffer.from(this.#take()));
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Takes no more lines; settles when all are written and the file is closed, or when `limitMs` have passed. */
  end(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#close(resolve), limitMs);
      this.#ended = () => {
        clearTimeout(timer);
        this.#close(resolve);
      };
      this.#pump();
    });
  }

  #close(closed: () => void): void {
    clearTimeout(this.#timer);
    this.#closed = true;
    this.#batch = undefined;
    this.#take();
    const fd = this.#fd;
    if (fd === undefined || this.#path === undefined) return closed();
    this.#fd = undefined;
    fsync(fd, () => close(fd, () => closed()));
  }

  #open(): void {
    const path = this.#path as string;
    mkdir(dirname(path), { recursive: true }, () => {
      open(path, "a", FILE_MODE, (err, fd) => {
        if (err !== null) return this.#fail(err, () => this.#open());
        // A flush may have come first, or the end.
        if (this.#fd !== undefined || this.#closed) return close(fd);
        this.#fd = fd;
        this.#events.onOpen?.();
        this.#pump();
      });
    });
  }

  #pump(): void {
    if (this.#writing || this.#timer !== undefined || this.#fd === undefined) return;
    if (this.#batch === undefined) {
      if (this.#queue.length === 0) return this.#ended?.();
      this.#batch = Buffer.from(this.#take());
    }
    this.#writing = true;
    write(this.#fd, this.#batch, (err, written) => this.#wrote(err, written));
  }

  #wrote(err: NodeJS.ErrnoException | null, written: number): void {
    this.#writing = false;
    if (this.#closed) return;
    if (err !== null) return this.#fail(err, () => this.#pump());
    const rest = this.#batch?.subarray(written);
    this.#batch = rest === undefined || rest.length === 0 ? undefined : rest;
    if (this.#troubled) {
      this.#troubled = false;
      this.#events.onRecovery(this.#lost);
      this.#lost = 0;
    }
    this.#pump();
  }

  #trouble(code: string): void {
    if (this.#troubled) return;
    this.#troubled = true;
    this.#events.onTrouble(code);
  }

  /** Tries again later. A reader that is merely slow is no trouble until lines are lost to it. */
  #fail(err: NodeJS.ErrnoException, again: () => void): void {
    if (this.#closed) return;
    const slow = err.code === "EAGAIN";
    if (!slow) this.#trouble(err.code ?? "unknown");
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        again();
      },
      slow ? RETRY_MS / 20 : RETRY_MS,
    );
    this.#timer.unref();
  }

  #take(): string {
    const text = this.#queue.join("");
    this.#queue = [];
    this.#held = 0;
    return text;
  }
}

function openNow(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, "a", FILE_MODE);
}

/** @throws what writing throws, a reader that takes nothing for too long included */
function writeAllSync(fd: number | undefined, bytes: Buffer): void {
  if (fd === undefined) return;
  const until = Date.now() + FLUSH_PATIENCE_MS;
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code !== "EAGAIN" || Date.now() > until) throw err;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
