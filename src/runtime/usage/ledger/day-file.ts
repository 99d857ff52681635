// An open file of the ledger, for one day: opens it to append, and says whether it is still at its path.

import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileOfDay } from "./day-files.ts";

/** Lines name clients and models, so other users of the machine may not read them. */
const FILE_MODE = 0o640;
const DIR_MODE = 0o750;
const NEWLINE = 0x0a;

export class DayFile {
  readonly day: string;
  readonly handle: FileHandle;
  readonly #path: string;
  /** How many bytes it holds. Nobody else writes to it. */
  size: number;
  /** Whether it ends in the middle of a line, as a process leaves it that was killed. */
  readonly torn: boolean;

  private constructor(day: string, path: string, handle: FileHandle, size: number, torn: boolean) {
    this.day = day;
    this.#path = path;
    this.handle = handle;
    this.size = size;
    this.torn = torn;
  }

  /**
   * Opens the file of a day. It and its folder are created when missing.
   * @throws the error of the system
   */
  static async open(dir: string, day: string): Promise<DayFile> {
    await makeFolder(dir);
    const path = join(dir, fileOfDay(day));
    // To read, too: for the look at its last byte.
    const handle = await open(path, "a+", FILE_MODE);
    try {
      const { size } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, size === 0 ? 0 : 1, size - 1);
      return new DayFile(day, path, handle, size, bytesRead === 1 && buffer[0] !== NEWLINE);
    } catch (err) {
      await handle.close();
      throw err;
    }
  }

  /** Whether the file is still the one at its path. It is not after it was moved, deleted or replaced. */
  async isAtPath(): Promise<boolean> {
    try {
      const [atPath, ours] = await Promise.all([stat(this.#path), this.handle.stat()]);
      return atPath.ino === ours.ino && atPath.dev === ours.dev;
    } catch {
      return false;
    }
  }

  /** Closes it. Never throws: what was written stays written. */
  async close(): Promise<void> {
    try {
      await this.handle.close();
    } catch {
      // Some network folders report a full disk only here. There is nothing left to try with this file.
    }
  }
}

/** Creates the folder of the ledger when it is missing. @throws the error of the system */
export async function makeFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: DIR_MODE });
}
