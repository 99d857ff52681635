// Keeps the sums of the lines that are in the files, and writes them as a checkpoint from time to time.

import { unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { ChargeSums } from "./charge-sums.ts";
import { type Position, tailDigest, writeCheckpoint } from "./checkpoint.ts";
import { dayAfter, dayAt, daysBetween, daysIn, fileOfDay } from "./day-files.ts";
import type { Recovered } from "./recover.ts";

export interface CheckpointerParts {
  readonly dir: string;
  readonly keepDays: number;
  readonly clock: Clock;
  /** A change is in the checkpoint after this time, ms. */
  readonly checkpointMs: number;
  /** The checkpoint can't be written. Called once per period of trouble. */
  readonly onTrouble: (code: string) => void;
}

export class Checkpointer {
  readonly #parts: CheckpointerParts;
  readonly #sums: ChargeSums;
  #position: Position;
  #lagDays: number;
  /** Asked for at each checkpoint. */
  warned: () => ReadonlyMap<string, number>;
  #changed: boolean;
  #timer: NodeJS.Timeout | undefined = undefined;
  #saving: Promise<void> | undefined = undefined;
  #troubled = false;

  constructor(parts: CheckpointerParts, { sums, position, lagDays, warned, changed }: Recovered) {
    this.#parts = parts;
    this.#sums = sums;
    this.#position = position;
    this.#lagDays = lagDays;
    this.warned = () => warned;
    this.#changed = changed;
  }

  get position(): Position {
    return this.#position;
  }

  get lagDays(): number {
    return this.#lagDays;
  }

  /** Counts lines that are in the file now. */
  count(charges: ChargeSums, position: Position): void {
    const isNewDay = position.day !== this.#position.day;
    this.#position = position;
    for (const charge of charges.byDay()) {
      this.#sums.add(charge);
      if (charge.day !== position.day) this.#lagDays = Math.max(this.#lagDays, daysBetween(charge.day, position.day));
    }
    this.#changed = true;
    if (isNewDay) {
      this.#sums.prune();
      void this.save();
    } else if (this.#timer === undefined) {
      this.#timer = setTimeout(() => void this.save(), this.#parts.checkpointMs);
      this.#timer.unref();
    }
  }

  /** A warning was given. It is written at once: after a kill, it would be given again. */
  warningGiven(): void {
    this.#changed = true;
    void this.save();
  }

  /** Writes the checkpoint if something changed, and deletes old files. Never throws: it is tried again after the next lines. */
  async save(): Promise<void> {
    await this.#saving;
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { dir, onTrouble } = this.#parts;
    const position = this.#position;
    try {
      if (this.#changed) {
        this.#changed = false;
        // The sums are those of this moment: the digest of what is before the position may take its time.
        const clients = this.#sums.copy();
        const [lagDays, warned] = [this.#lagDays, new Map(this.warned())];
        const tail = await tailDigest(dir, position, true);
        await writeCheckpoint(dir, { position, tail, lagDays, clients, warned });
      }
      this.#troubled = false;
      await this.#deleteOld(position);
    } catch (err) {
      this.#changed = true;
      if (!this.#troubled) onTrouble((err as NodeJS.ErrnoException).code ?? "unknown");
      this.#troubled = true;
    }
  }

  /** Deletes files that were kept long enough. What was charged in them is in the checkpoint by now. */
  async #deleteOld({ day }: Position): Promise<void> {
    const { dir, keepDays, clock } = this.#parts;
    // By the clock, not by the newest file: that one may be of a day that is still to come.
    const first = dayAfter(dayAt(clock.now()), -keepDays);
    for (const old of await daysIn(dir)) if (old < first && old <= day) await unlink(join(dir, fileOfDay(old)));
  }
}
