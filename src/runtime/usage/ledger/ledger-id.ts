// Gives the folder of a ledger a random name that lasts: Redis keeps by it what the charges of this ledger are (contract, section 16).

import { randomBytes } from "node:crypto";
import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

const NAME = "id";
const FILE_MODE = 0o640;
/** 128 bits: no two ledgers ever have the same. */
const BYTES = 16;
const ID = /^[0-9a-f]{32}$/;

/**
 * Reads the name of a folder, or makes one at the first start. The caller holds the lock of the folder.
 * @returns `undefined` where there is none and it can't be written, such as on a full disk. The ledger works without it
 */
export async function ledgerId(dir: string): Promise<string | undefined> {
  const path = join(dir, NAME);
  try {
    return (await known(path)) ?? (await make(path));
  } catch {
    return undefined;
  }
}

async function known(path: string): Promise<string | undefined> {
  try {
    const id = (await readFile(path, "utf8")).trim();
    return ID.test(id) ? id : undefined;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw err;
  }
}

/** In one step, and on the disk before it is used: after a power failure it must still be the same. */
async function make(path: string): Promise<string> {
  const id = randomBytes(BYTES).toString("hex");
  const file: FileHandle = await open(`${path}.new`, "w", FILE_MODE);
  try {
    await file.writeFile(`${id}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  return id;
}
