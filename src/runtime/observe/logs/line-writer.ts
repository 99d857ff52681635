// Writes lines to a file or a pipe in batches, so that a request never waits for the log.
//
// A full disk, a missing folder or a slow reader costs memory up to a bound. After that, lines are dropped. Nothing else fails.
//
// Pino's own writer, sonic-boom 4.2.1, was tried in place of this class with `retryEAGAIN`, `maxLength` and `mkdir`. It passed 11
// of the 14 log tests, among them a reader of standard output that is gone. It failed three: `flushSync` never returns on a
// full disk (it repeats every error but EAGAIN for ever), `flushSync` before the file is open throws and loses the lines, and
// after a failed open the next `write` throws and the stream never recovers.

import { close, fstat, fsync, mkdir, mkdirSync, open, openSync, write, writeSync } from "node:fs";
import { dirname } from "node:path";

/** How much is buffered at most while it can't be written, in characters. */
const MAX_HELD = 16 * 1024 * 1024;
/** How long to wait after a failure before the next try, ms. */
const RETRY_MS = 1000;
/**
 * The shortest time from the end of one write to the next one, ms. Each write wakes another thread, which costs as much as twenty
 * lines. The first line after a pause is written at once.
 */
const PAUSE_MS = 10;
/** How long a synchronous flush waits for a reader that does not read, ms. */
const FLUSH_PATIENCE_MS = 1000;
/** Logs contain paths and token labels, so other users of the machine may not read them. */
const FILE_MODE = 0o640;

/** Each is called once per period of trouble: at its start and at its end. */
export interface WriterEvents {
  /** @param code the system's error code, such as `ENOSPC` */
  readonly onTrouble: (code: string) => void;
  /** @param lost how many lines were dropped in the meantime */
  readonly onRecovery: (lost: number) => void;
  readonly onOpen?: () => void;
}

/** Files of a bounded size, numbered in their order. */
export interface BoundedFiles {
  /** No file grows past this size, in bytes. Only a line that is longer does: it gets a file of its own. */
  readonly maxBytes: number;
  /** The number of the file to begin with. It may hold lines of an earlier process. */
  readonly first: number;
  readonly pathOf: (number: number) => string;
}

export class LineWriter {
  readonly #events: WriterEvents;
  readonly #files: BoundedFiles | undefined;
  #number: number;
  #path: string | undefined;
  #fd: number | undefined;
  /** How many bytes the open file holds. Kept only where its size is bounded. */
  #size = 0;
  #queue: string[] = [];
  #held = 0;
  /** The part of the current batch that is still to be written. */
  #batch: Buffer | undefined = undefined;
  /** Whether a write of that batch is in progress. */
  #writing = false;
  #timer: NodeJS.Timeout | undefined = undefined;
  /** Runs between two writes. */
  #pause: NodeJS.Timeout | undefined = undefined;
  #troubled = false;
  #lost = 0;
  #closed = false;
  /** Resolves when this writer is closed. Set by `end`. */
  #end: Promise<void> | undefined = undefined;
  #onClosed = (): void => {};
  #limit: NodeJS.Timeout | undefined = undefined;

  /**
   * @param target a file path, files of a bounded size, or an open descriptor. A file is opened to append; it and its folder are
   *   created when missing.
   */
  constructor(target: string | BoundedFiles | number, events: WriterEvents) {
    this.#events = events;
    this.#files = typeof target === "object" ? target : undefined;
    this.#number = this.#files?.first ?? 0;
    this.#path = typeof target === "string" ? target : this.#files?.pathOf(this.#number);
    this.#fd = typeof target === "number" ? target : undefined;
    if (this.#fd === undefined) this.#open();
  }

  /** The path of the current file; `undefined` for a descriptor. */
  get path(): string | undefined {
    return this.#path;
  }

  /** The number of the current file, where the size of files is bounded; else 0. */
  get number(): number {
    return this.#number;
  }

  /** The descriptor of the open file; `undefined` while no file is open. */
  get fd(): number | undefined {
    return this.#fd;
  }

  /** How much waits to be written, in characters. */
  get held(): number {
    return this.#held;
  }

  /** Queues a line. It is dropped when the buffer is full. Never throws. */
  write(line: string): void {
    if (this.#end !== undefined) return;
    if (this.#held + line.length > MAX_HELD) {
      this.#lost++;
      return this.#trouble("EAGAIN");
    }
    this.#queue.push(line);
    this.#held += line.length;
    this.#pump();
  }

  /**
   * Writes everything before it returns. Meant for the end of a process: what can't be written then is lost, and the current file
   * takes everything, even past its bound. Never throws.
   */
  flushSync(): void {
    if (this.#batch === undefined && this.#queue.length === 0) return;
    try {
      if (this.#fd === undefined && this.#path !== undefined) this.#fd = openNow(this.#path);
      // A write in progress belongs to another thread, which finishes it even while the process exits.
      if (!this.#writing && this.#batch !== undefined) writeAllSync(this.#fd, this.#batch);
      if (!this.#writing) this.#batch = undefined;
      writeAllSync(this.#fd, Buffer.from(this.#take()));
    } catch {
      // The process is ending: there is no later try and no later report.
    }
  }

  /**
   * Takes no more lines. Resolves when all are written and the file is closed, or when `limitMs` have passed. The limit of the
   * last call holds.
   */
  end(limitMs: number): Promise<void> {
    this.#end ??= new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    if (!this.#closed) {
      clearTimeout(this.#pause);
      this.#pause = undefined;
      clearTimeout(this.#limit);
      this.#limit = setTimeout(() => this.#close(), limitMs);
      this.#pump();
    }
    return this.#end;
  }

  #close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#pause);
    clearTimeout(this.#limit);
    this.#closed = true;
    this.#batch = undefined;
    this.#take();
    const fd = this.#fd;
    if (fd === undefined || this.#path === undefined) return this.#onClosed();
    this.#fd = undefined;
    fsync(fd, () => close(fd, () => this.#onClosed()));
  }

  #open(): void {
    const path = this.#path as string;
    mkdir(dirname(path), { recursive: true }, () => {
      open(path, "a", FILE_MODE, (err, fd) => {
        if (err !== null) return this.#fail(err, () => this.#open());
        if (this.#files === undefined) return this.#opened(fd, 0);
        fstat(fd, (_err, stats) => this.#opened(fd, stats?.size ?? 0));
      });
    });
  }

  #opened(fd: number, size: number): void {
    // `flushSync` may have opened the file in the meantime, or `end` may have closed this writer.
    if (this.#fd !== undefined || this.#closed) return close(fd);
    this.#fd = fd;
    this.#size = size;
    this.#events.onOpen?.();
    this.#pump();
  }

  /** Closes the file, which is full, and goes on with the next one. */
  #openNext({ pathOf }: BoundedFiles): void {
    const fd = this.#fd;
    this.#fd = undefined;
    this.#number++;
    this.#path = pathOf(this.#number);
    if (fd !== undefined) close(fd);
    this.#open();
  }

  #pump(): void {
    if (this.#writing || this.#pause !== undefined || this.#timer !== undefined || this.#fd === undefined) return;
    if (this.#batch === undefined) {
      if (this.#queue.length === 0) return this.#end && this.#close();
      const lines = this.#files === undefined ? this.#queue.length : this.#linesThatFit(this.#files);
      if (lines === 0) return this.#openNext(this.#files as BoundedFiles);
      this.#batch = Buffer.from(this.#take(lines));
    }
    this.#writing = true;
    write(this.#fd, this.#batch, (err, written) => this.#wrote(err, written));
  }

  #wrote(err: NodeJS.ErrnoException | null, written: number): void {
    this.#writing = false;
    if (this.#closed) return;
    if (err !== null) return this.#fail(err, () => this.#pump());
    this.#size += written;
    const rest = this.#batch?.subarray(written);
    this.#batch = rest === undefined || rest.length === 0 ? undefined : rest;
    if (this.#troubled) {
      this.#troubled = false;
      this.#events.onRecovery(this.#lost);
      this.#lost = 0;
    }
    if (this.#batch === undefined && this.#end === undefined) this.#rest();
    else this.#pump();
  }

  #trouble(code: string): void {
    if (this.#troubled) return;
    this.#troubled = true;
    this.#events.onTrouble(code);
  }

  /** Tries again later. EAGAIN means a slow reader: it is reported only when lines are dropped because of it. */
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

  #rest(): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#pump();
    }, PAUSE_MS);
    this.#pause.unref();
  }

  /** How many of the lines in the queue fit into the current file. An empty file takes at least one. */
  #linesThatFit({ maxBytes }: BoundedFiles): number {
    let size = this.#size;
    let lines = 0;
    for (const line of this.#queue) {
      size += Buffer.byteLength(line);
      if (size > maxBytes && (this.#size > 0 || lines > 0)) break;
      lines++;
    }
    return lines;
  }

  #take(lines = this.#queue.length): string {
    const text = this.#queue.splice(0, lines).join("");
    this.#held -= text.length;
    return text;
  }
}

function openNow(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, "a", FILE_MODE);
}

/** @throws the error of the write, also EAGAIN when a reader has not read for `FLUSH_PATIENCE_MS` */
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
