// Finds out at a start what was charged so far: from the checkpoint and the lines after it, or from all lines.

import { join } from "node:path";
import { ChargeSums } from "./charge-sums.ts";
import { type Position, readCheckpoint, tailDigest } from "./checkpoint.ts";
import { daysBetween, daysIn, fileOfDay } from "./day-files.ts";
import { dayOfLine, readLine, ticksOf } from "./line-text.ts";
import { scanLines } from "./scan-lines.ts";

/** Why the sums were rebuilt from the files that exist. */
export type RebuildReason =
  /** There are files, but no checkpoint. */
  | "checkpoint missing"
  /** It can't be read, or belongs to another version. */
  | "checkpoint broken"
  /** The file that it names has changed before the position. */
  | "checkpoint does not fit the files";

export interface Recovered {
  readonly sums: ChargeSums;
  readonly position: Position;
  readonly lagDays: number;
  readonly warned: ReadonlyMap<string, number>;
  /** Lines that can't be read. They are in no sum. */
  readonly skipped: number;
  /** How much was read of the files with the lines. */
  readonly bytesRead: number;
  readonly rebuilt: RebuildReason | undefined;
  /** Whether the checkpoint on the disk says less than this. */
  readonly changed: boolean;
}

/** @throws the error of the system when the folder or a file can't be read */
export async function recover(dir: string): Promise<Recovered> {
  const [read, days] = await Promise.all([readCheckpoint(dir), daysIn(dir)]);
  if (read.kind !== "ok") {
    const reason = read.kind === "missing" ? "checkpoint missing" : "checkpoint broken";
    const isNew = read.kind === "missing" && days.length === 0;
    return readAfter(dir, days, nothing(), isNew ? undefined : reason);
  }
  const { position, tail, lagDays, clients, warned } = read.checkpoint;
  const isThere = days.includes(position.day);
  // The lines of a file that is gone are in the sums of the checkpoint. They stay there.
  if (isThere && position.offset > 0 && (tail === "" || (await tailDigest(dir, position)) !== tail)) {
    return readAfter(dir, days, { ...nothing(), warned }, "checkpoint does not fit the files");
  }
  const sums = new ChargeSums();
  for (const [client, known] of clients) sums.restore(client, known);
  const from = isThere ? position : { day: position.day, offset: 0 };
  const found = await readAfter(dir, days, { sums, position: from, lagDays, warned }, undefined);
  return { ...found, changed: found.changed || !isThere };
}

type Known = Pick<Recovered, "sums" | "position" | "lagDays" | "warned">;

function nothing(): Known {
  return { sums: new ChargeSums(), position: { day: "", offset: 0 }, lagDays: 0, warned: new Map() };
}

async function readAfter(
  dir: string,
  days: readonly string[],
  { sums, position: start, lagDays: knownLag, warned }: Known,
  rebuilt: RebuildReason | undefined,
): Promise<Recovered> {
  let position = start;
  let lagDays = knownLag;
  let skipped = 0;
  let bytesRead = 0;
  for (const day of days.filter((day) => day >= start.day)) {
    const add = (text: string): boolean => {
      const line = readLine(text);
      if (line === undefined) return false;
      const began = dayOfLine(line);
      sums.add({ client: line.client, day: began, tokens: line.charged_tokens, ticks: ticksOf(line.charged_usd) });
      if (began !== day) lagDays = Math.max(lagDays, daysBetween(began, day));
      return true;
    };
    const from = day === start.day ? start.offset : 0;
    const { end, rest, overlong } = await scanLines(join(dir, fileOfDay(day)), from, (text) => {
      if (!add(text)) skipped++;
    });
    // A line whose end alone is missing is whole: no part of a JSON object is a JSON object. The next line gets a new start.
    if (rest !== "" && !add(rest)) skipped++;
    skipped += overlong;
    bytesRead += end - from;
    position = { day, offset: end };
    sums.prune();
  }
  const changed = rebuilt !== undefined || bytesRead > 0 || position.day !== start.day;
  return { sums, position, lagDays, warned, skipped, bytesRead, rebuilt, changed };
}
