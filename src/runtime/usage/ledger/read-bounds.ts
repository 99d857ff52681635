// Says in which files of a folder the lines of a day can be, as far as the checkpoint there says.

import { readCheckpoint } from "./checkpoint.ts";
import { daysIn } from "./day-files.ts";
import type { ReadBounds } from "./read-ledger.ts";

/**
 * @returns `undefined` when the folder holds no ledger
 * @throws the error of the system when the folder or the checkpoint can't be read
 */
export async function readBounds(dir: string): Promise<ReadBounds | undefined> {
  // First the checkpoint: what is written after it is in its file, or in later ones.
  const read = await readCheckpoint(dir);
  if ((await daysIn(dir)).length === 0) return undefined;
  if (read.kind !== "ok") return { lagDays: 0, knownTo: "" };
  return { lagDays: read.checkpoint.lagDays, knownTo: read.checkpoint.position.day };
}
