// Checks the random name of a ledger: it is made once, lasts, and does without a disk that can be written.

import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, opened, recordingParts } from "./ledger-folder.ts";

/** Opens the ledger of a folder, and closes it. @returns its name */
async function idOf(dir: string): Promise<string | undefined> {
  const { ledger } = await opened(dir, recordingParts().parts);
  await ledger.close();
  return ledger.id;
}

describe("the name of a ledger", () => {
  it("is 128 random bits, which stay the same over restarts", async () => {
    const [dir, other] = [folder(), folder()];
    const id = await idOf(dir);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect([await idOf(dir), await idOf(dir)]).toEqual([id, id]);
    expect(await idOf(other)).not.toBe(id);
    expect(readFileSync(join(dir, "id"), "utf8")).toBe(`${id}\n`);
    expect(statSync(join(dir, "id")).mode & 0o777).toBe(0o640);
  });

  it.each(["", "12ab", "x".repeat(32), `${"a".repeat(33)}\n`])("is made anew in place of %j", async (text) => {
    const dir = folder();
    writeFileSync(join(dir, "id"), text);
    const id = await idOf(dir);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(id).not.toBe(text);
    expect(await idOf(dir)).toBe(id);
  });

  it.each(["id", "id.new"])("is missing where %s can't be used, and the ledger works without it", async (name) => {
    const dir = folder();
    mkdirSync(join(dir, name));
    expect(await idOf(dir)).toBeUndefined();
  });
});
