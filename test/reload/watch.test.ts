// What makes the watch reload, and how often? Every way in which files are changed, on a real folder.

import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileWatch } from "../../src/cli/serve/watch.ts";
import { Inbox } from "../support/deadline.ts";

let folder: string;
let file: string;
let watch: FileWatch | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "watch-test-"));
  file = join(folder, "config.yaml");
});
afterEach(() => {
  watch?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const TIMES = { quietMs: 200, pollMs: 200, goneMs: 300 };
/** Long enough for one more look and one more quiet time: what has not been told by then is not coming. */
const SETTLED_MS = 700;

interface Told {
  readonly changes: Inbox<"changed">;
  readonly gone: Inbox<readonly string[]>;
}

/** Watches from here on; its first word, about what may have changed before, is taken. */
async function watching(paths: readonly string[] = [file], times = TIMES): Promise<Told> {
  const told = { changes: new Inbox<"changed">("change"), gone: new Inbox<readonly string[]>("gone file") };
  watch = new FileWatch(
    paths,
    { changed: () => told.changes.put("changed"), gone: (which) => told.gone.put(which) },
    times,
  );
  await told.changes.next();
  return told;
}

/** Told exactly once since the watch began, however long one waits. */
async function onceOnly({ changes }: Told): Promise<void> {
  await changes.next();
  await sleep(SETTLED_MS);
  expect(changes.all).toHaveLength(2);
}

const CHANGES: readonly [how: string, change: () => Promise<void> | void][] = [
  ["written over", () => writeFileSync(file, "b")],
  [
    "renamed over, as editors do",
    () => {
      writeFileSync(`${file}~`, "b");
      renameSync(`${file}~`, file);
    },
  ],
  [
    "gone for a moment",
    async () => {
      unlinkSync(file);
      await sleep(150);
      writeFileSync(file, "b");
    },
  ],
  [
    "written in parts, each soon after the other",
    async () => {
      const handle = await open(file, "w");
      for (let n = 0; n < 8; n++) {
        await handle.write(`part ${n}\n`);
        await sleep(30);
      }
      await handle.close();
    },
  ],
  [
    "written a hundred times at once",
    () => {
      for (let n = 0; n < 100; n++) writeFileSync(file, `b${n}`);
    },
  ],
  [
    "replaced with its whole folder",
    () => {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      writeFileSync(file, "b");
    },
  ],
];

test.each(CHANGES)("a file %s is told of once", async (_how, change) => {
  writeFileSync(file, "a");
  const told = await watching();
  await change();
  await onceOnly(told);
});

test("a link swapped above the file, as Kubernetes mounts it, is told of each time", async () => {
  const version = (name: string) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "config.yaml"), name);
    symlinkSync(name, join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  };
  version("..one");
  symlinkSync("..data/config.yaml", file);
  const told = await watching();
  for (const next of ["..two", "..three"]) {
    version(next);
    await told.changes.next();
  }
  rmSync(join(folder, "..one"), { recursive: true });
  await sleep(SETTLED_MS);
  expect(told.changes.all).toHaveLength(3);
});

test("a file next to it is not its business", async () => {
  writeFileSync(file, "a");
  const told = await watching();
  writeFileSync(join(folder, "other"), "x");
  await sleep(SETTLED_MS);
  expect(told.changes.all).toHaveLength(1);
});

test("every file of several is watched, and told of together", async () => {
  const secret = join(folder, "secret");
  writeFileSync(file, "a");
  writeFileSync(secret, "one");
  const told = await watching([file, secret]);
  writeFileSync(secret, "two");
  writeFileSync(file, "b");
  await onceOnly(told);
});

test("a file that stays away is told of as gone, once, and as changed when it is back", async () => {
  writeFileSync(file, "a");
  const told = await watching();
  unlinkSync(file);
  expect(await told.gone.next()).toEqual([file]);
  await sleep(SETTLED_MS);
  expect(told.gone.all).toHaveLength(1);
  expect(told.changes.all).toHaveLength(1);
  writeFileSync(file, "a");
  await onceOnly(told);
});

test("nothing is told after the stop", async () => {
  writeFileSync(file, "a");
  const told = await watching();
  watch?.stop();
  writeFileSync(file, "b");
  await sleep(SETTLED_MS);
  expect(told.changes.all).toHaveLength(1);
});
