// Reads and writes the checkpoint of the ledger: the sums up to a position, so that a start reads only the lines after it.

import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Charge } from "../../../plan/usage.ts";
import type { ClientSums } from "./charge-sums.ts";
import { dayOfFile, fileOfDay } from "./day-files.ts";

const NAME = "checkpoint.json";
const VERSION = 1;
const FILE_MODE = 0o640;
/** How many bytes before a position are compared, to see that the file is still the same. A line has about half of that. */
const TAIL = 1024;

/** All lines of earlier days' files count as before it, and those of its own file up to the offset. */
export interface Position {
  /** The day of the file, as `YYYY-MM-DD`; empty before the first file. */
  readonly day: string;
  /** Bytes. */
  readonly offset: number;
}

export interface Checkpoint {
  readonly position: Position;
  /** The digest of the bytes before the position. See `tailDigest`. */
  readonly tail: string;
  /** The most days that an exchange began before the day of the file its line is in. */
  readonly lagDays: number;
  readonly clients: ReadonlyMap<string, ClientSums>;
  /** The warnings of budgets that were given: the percent of each, by its name. */
  readonly warned: ReadonlyMap<string, number>;
}

export type CheckpointRead =
  | { readonly kind: "ok"; readonly checkpoint: Checkpoint }
  | { readonly kind: "missing" }
  | { readonly kind: "broken" };

/** @throws the error of the system when the file is there but can't be read */
export async function readCheckpoint(dir: string): Promise<CheckpointRead> {
  let text: string;
  try {
    text = await readFile(join(dir, NAME), "utf8");
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === "ENOENT") return { kind: "missing" };
    throw err;
  }
  const checkpoint = parseCheckpoint(text);
  return checkpoint === undefined ? { kind: "broken" } : { kind: "ok", checkpoint };
}

/**
 * Replaces the checkpoint in one step, and makes sure that it is on the disk.
 * @throws the error of the system
 */
export async function writeCheckpoint(dir: string, checkpoint: Checkpoint): Promise<void> {
  const path = join(dir, NAME);
  const file = await open(`${path}.new`, "w", FILE_MODE);
  try {
    await file.writeFile(checkpointText(checkpoint));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/**
 * The digest of the last bytes before a position. It shows whether the file was replaced by another one of the same name and length.
 * @param sync whether the file is brought to the disk first: a checkpoint must not be ahead of its lines after a power failure
 * @returns an empty text where the file is missing or shorter
 */
export async function tailDigest(dir: string, { day, offset }: Position, sync = false): Promise<string> {
  if (day === "" || offset === 0) return "";
  let file: FileHandle | undefined;
  try {
    file = await open(join(dir, fileOfDay(day)), sync ? "r+" : "r");
    if (sync) await file.datasync();
    const length = Math.min(TAIL, offset);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset - length);
    return bytesRead < length ? "" : createHash("sha256").update(buffer).digest("hex");
  } catch {
    return "";
  } finally {
    await file?.close();
  }
}

/** Lists stand in place of objects, since a client may have any name, `__proto__` too. */
type ChargeJson = readonly [tokens: number, ticks: number];
type ClientJson = readonly [client: string, total: ChargeJson, days: readonly (readonly [string, ChargeJson])[]];

function checkpointText({ position, tail, lagDays, clients, warned }: Checkpoint): string {
  const asJson = ({ tokens, ticks }: Charge): ChargeJson => [tokens, ticks];
  const list = [...clients].map(
    ([client, { total, days }]): ClientJson => [
      client,
      asJson(total),
      [...days].map(([day, sum]) => [day, asJson(sum)] as const),
    ],
  );
  const file = position.day === "" ? null : fileOfDay(position.day);
  const { offset } = position;
  return `${JSON.stringify({ version: VERSION, file, offset, tail, lag_days: lagDays, clients: list, warned: [...warned] })}\n`;
}

function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    return checkpointOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** @throws where a member is not what it must be */
function checkpointOf(value: Readonly<Record<string, unknown>>): Checkpoint {
  const { version, file, offset, tail, lag_days: lagDays, clients, warned } = value;
  const day = file === null ? "" : dayOfFile(textOf(file));
  if (version !== VERSION || day === undefined) throw new TypeError("another version");
  return {
    position: { day, offset: countOf(offset) },
    tail: textOf(tail),
    lagDays: countOf(lagDays),
    clients: new Map(listOf(clients).map((item) => clientOf(listOf(item)))),
    warned: new Map(listOf(warned).map((item) => [textOf(listOf(item)[0]), countOf(listOf(item)[1])])),
  };
}

function clientOf([client, total, days]: readonly unknown[]): [string, ClientSums] {
  const byDay = listOf(days).map((item): [string, Charge] => [textOf(listOf(item)[0]), chargeOf(listOf(item)[1])]);
  return [textOf(client), { total: chargeOf(total), days: new Map(byDay) }];
}

function chargeOf(value: unknown): Charge {
  const [tokens, ticks] = listOf(value);
  return { tokens: countOf(tokens), ticks: countOf(ticks) };
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("no list");
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("no text");
  return value;
}

function countOf(value: unknown): number {
  if (typeof value !== "number" || !(value >= 0)) throw new TypeError("no count");
  return value;
}
