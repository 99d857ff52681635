// The ledger: takes a line for each exchange, and knows after a start what was charged before.

import type { FileHandle } from "node:fs/promises";
import type { LedgerSpec } from "../../../plan/usage.ts";
import type { Clock } from "../../clock.ts";
import type { LedgerLine } from "../ledger-line.ts";
import type { ClientSums } from "./charge-sums.ts";
import { Checkpointer } from "./checkpointer.ts";
import { makeFolder } from "./day-file.ts";
import { lockFolder, type Processes } from "./folder-lock.ts";
import { ledgerId } from "./ledger-id.ts";
import { LedgerWriter, type WriterEvents, type WriterTimes } from "./ledger-writer.ts";
import { type LedgerSums, type SumsQuery, sumLedger } from "./read-ledger.ts";
import { type RebuildReason, recover } from "./recover.ts";

export interface LedgerTimes extends WriterTimes {
  /** A change is in the checkpoint after this time, ms. */
  readonly checkpointMs: number;
  /** How long the last lines may take when the ledger is closed, ms. */
  readonly closeMs: number;
}

const TIMES: LedgerTimes = { flushMs: 1000, retryMs: 1000, checkpointMs: 60_000, closeMs: 5000 };

export interface LedgerEvents extends WriterEvents {
  /** Lines could not be written until the ledger was closed. */
  readonly onLost: (lines: number) => void;
  /** The checkpoint can't be written: a start takes longer, and old files stay. Called once per period of trouble. */
  readonly onCheckpointTrouble: (code: string) => void;
  /** The sums were rebuilt from the files that exist. What was charged in files that are gone is not in them. */
  readonly onRebuilt: (reason: RebuildReason) => void;
  /** Lines of the files can't be read, and are in no sum. */
  readonly onSkipped: (lines: number) => void;
}

export interface LedgerParts {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly events: LedgerEvents;
  readonly times?: Partial<LedgerTimes>;
  /** Writes bytes in place of the file's own write. @returns how many were written, which may be fewer */
  readonly write?: (handle: FileHandle, bytes: Buffer) => Promise<number>;
}

export interface OpenedLedger {
  readonly ok: true;
  readonly ledger: Ledger;
  /** By the `client` of the lines. */
  readonly sums: ReadonlyMap<string, ClientSums>;
  /** The percents that `keepWarnings` handed over before the last stop. */
  readonly warned: ReadonlyMap<string, number>;
  /** How much was read of the files with lines. */
  readonly bytesRead: number;
}

export type LedgerRefusal =
  /** Another process writes to the folder, or this one does already. */
  | { readonly ok: false; readonly reason: "in use"; readonly pid: number }
  /** The folder can't be created, written or read. The code is that of the system, such as `EACCES`. */
  | { readonly ok: false; readonly reason: "unusable"; readonly code: string };

/** More names would take more memory than the gateway should give for one look at its sums. */
const MAX_NAME_CHARS = 8 * 1024 * 1024;

/** These errors end by themselves, or when someone makes room: no reason not to start. */
const DISK_FULL = ["ENOSPC", "EDQUOT"];

/**
 * Opens the ledger: takes the lock of its folder, finds out what was charged so far, and writes that down.
 * Never throws.
 */
export async function openLedger(spec: LedgerSpec, parts: LedgerParts): Promise<OpenedLedger | LedgerRefusal> {
  const { dir } = spec;
  let unlock = (): void => {};
  try {
    await makeFolder(dir);
    const lock = tryLock(dir, parts);
    if (!lock.ok) return { ok: false, reason: "in use", pid: lock.pid };
    unlock = lock.release;
    const found = await recover(dir);
    const { rebuilt, skipped, sums, warned, bytesRead } = found;
    if (rebuilt !== undefined) parts.events.onRebuilt(rebuilt);
    if (skipped > 0) parts.events.onSkipped(skipped);
    const { checkpointMs } = { ...TIMES, ...parts.times };
    const { onCheckpointTrouble: onTrouble } = parts.events;
    const checkpointer = new Checkpointer({ ...spec, clock: parts.clock, checkpointMs, onTrouble }, found);
    const copy = sums.copy();
    await checkpointer.save();
    const ledger = new Ledger(dir, parts, checkpointer, { id: await ledgerId(dir), unlock });
    return { ok: true, ledger, sums: copy, warned, bytesRead };
  } catch (err) {
    unlock();
    return { ok: false, reason: "unusable", code: (err as NodeJS.ErrnoException).code ?? "unknown" };
  }
}

/** With a full disk there is no lock, but the gateway starts: the ledger costs lines, never a request (contract, section 13). */
function tryLock(dir: string, { processes, events }: LedgerParts) {
  try {
    return lockFolder(dir, processes);
  } catch (err) {
    const { code = "" } = err as NodeJS.ErrnoException;
    if (!DISK_FULL.includes(code)) throw err;
    events.onCheckpointTrouble(code);
    return { ok: true as const, release: () => {} };
  }
}

/** The folder of a ledger, while it is open. */
interface HeldFolder {
  readonly id: string | undefined;
  readonly unlock: () => void;
}

export class Ledger {
  /** Names the folder over all starts, 32 hex digits; `undefined` where the name can't be written. */
  readonly id: string | undefined;
  readonly #dir: string;
  readonly #checkpointer: Checkpointer;
  readonly #writer: LedgerWriter;
  readonly #closeMs: number;
  readonly #events: LedgerEvents;
  readonly #unlock: () => void;
  #closed: Promise<void> | undefined = undefined;

  /** Use `openLedger`. */
  constructor(dir: string, parts: LedgerParts, checkpointer: Checkpointer, { id, unlock }: HeldFolder) {
    const times = { ...TIMES, ...parts.times };
    this.id = id;
    this.#dir = dir;
    this.#closeMs = times.closeMs;
    this.#events = parts.events;
    this.#checkpointer = checkpointer;
    this.#unlock = unlock;
    const { clock, events, write } = parts;
    this.#writer = new LedgerWriter({
      dir,
      clock,
      times,
      firstDay: checkpointer.position.day,
      onTrouble: events.onTrouble,
      onRecovery: events.onRecovery,
      onWritten: (charges, position) => checkpointer.count(charges, position),
      ...(write && { write }),
    });
  }

  /** How many lines were dropped since the ledger was opened. */
  get lost(): number {
    return this.#writer.lost;
  }

  /** Takes the line of an exchange. It is in the file within a second. Never throws, and never waits. */
  append(line: LedgerLine): void {
    this.#writer.append(line);
  }

  /** Says which warnings of budgets were given, so that each checkpoint keeps them. @param warned the percent of each, by its name */
  keepWarnings(warned: () => ReadonlyMap<string, number>): void {
    this.#checkpointer.warned = warned;
  }

  /** A warning was given, which happens seldom. */
  warningGiven(): void {
    this.#checkpointer.warningGiven();
  }

  /** Writes the lines that wait. Never throws: what can't be written is tried again. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /**
   * Sums the lines, those that wait included.
   * @throws the error of the system when the folder or a file can't be read
   */
  async read(query: SumsQuery): Promise<LedgerSums> {
    await this.flush();
    const { lagDays, position } = this.#checkpointer;
    return sumLedger(this.#dir, { maxNameChars: MAX_NAME_CHARS, ...query }, { lagDays, knownTo: position.day });
  }

  /** Takes no more lines, writes those that wait and the checkpoint, and lets go of the folder. Never throws. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), this.#closeMs);
    });
    const done = this.#writer.close().then(async (unwritten) => {
      await this.#checkpointer.save();
      return unwritten;
    });
    const unwritten = await Promise.race([done, tooLong]);
    clearTimeout(timer);
    if (unwritten === "late") this.#events.onTrouble("ETIMEDOUT");
    else if (unwritten > 0) this.#events.onLost(unwritten);
    this.#unlock();
  }
}
