// Tests what makes the file watch report a change, and how often, for every way in which files are changed in a real folder.
// Each test has a folder and a watch of its own, so that they can wait at the same time.

import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, type TestContext, test } from "vitest";
import { FileWatch } from "../../src/cli/serve/watch.ts";
import { Inbox } from "../support/deadline.ts";

const TIMES = { quietMs: 80, pollMs: 50, goneMs: 120 };
/** Longer than one more poll and one more quiet time: what has not been reported by then is not coming. */
const NOTHING_MORE_MS = 230;
/** A pause of a writer. Many times shorter than `quietMs`, so that a busy machine does not make it look like the end. */
const SHORT_PAUSE_MS = 5;

interface Scene {
  readonly folder: string;
  readonly file: string;
  /** Called at the end of the test. Vitest's global hook does not know which of the concurrent tests calls it. */
  readonly onTestFinished: TestContext["onTestFinished"];
}

interface Watching {
  readonly watch: FileWatch;
  readonly changes: Inbox<"changed">;
  readonly gone: Inbox<readonly string[]>;
}

/** A folder of its own with a config file, removed at the end of the test. */
function makeScene({ onTestFinished }: TestContext): Scene {
  const folder = mkdtempSync(join(tmpdir(), "watch-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "config.yaml");
  writeFileSync(file, "a");
  return { folder, file, onTestFinished };
}

/** Starts a watch and takes its first report, which is about changes from before the watch began. */
async function startWatch({ file, onTestFinished }: Scene, ...others: string[]): Promise<Watching> {
  const changes = new Inbox<"changed">("change");
  const gone = new Inbox<readonly string[]>("gone file");
  const events = { changed: () => changes.put("changed"), gone: (which: readonly string[]) => gone.put(which) };
  const watch = new FileWatch([file, ...others], events, TIMES);
  onTestFinished(() => watch.stop());
  await changes.next();
  return { watch, changes, gone };
}

/** Expects exactly one report since the watch began, however long one waits. */
async function expectOneChange({ changes }: Watching): Promise<void> {
  await changes.next();
  await sleep(NOTHING_MORE_MS);
  expect(changes.all).toHaveLength(2);
}

const CHANGES: readonly [how: string, change: (scene: Scene) => Promise<void> | void][] = [
  ["written over", ({ file }) => writeFileSync(file, "b")],
  [
    "renamed over, as editors do",
    ({ file }) => {
      writeFileSync(`${file}~`, "b");
      renameSync(`${file}~`, file);
    },
  ],
  [
    "gone for a moment",
    async ({ file }) => {
      unlinkSync(file);
      await sleep(TIMES.goneMs / 2);
      writeFileSync(file, "b");
    },
  ],
  [
    "written in parts, each soon after the other",
    async ({ file }) => {
      const handle = await open(file, "w");
      for (let n = 0; n < 30; n++) {
        await handle.write(`part ${n}\n`);
        await sleep(SHORT_PAUSE_MS);
      }
      await handle.close();
    },
  ],
  [
    "written a hundred times at once",
    ({ file }) => {
      for (let n = 0; n < 100; n++) writeFileSync(file, `b${n}`);
    },
  ],
  [
    "replaced with its whole folder",
    ({ folder, file }) => {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      writeFileSync(file, "b");
    },
  ],
];

describe.concurrent("a file watch", () => {
  test.for(CHANGES)("reports a file %s once", async ([, change], context) => {
    const scene = makeScene(context);
    const watching = await startWatch(scene);
    await change(scene);
    await expectOneChange(watching);
  });

  test("reports each swap of a link above the file, as Kubernetes mounts it", async (context) => {
    const scene = makeScene(context);
    const { folder, file } = scene;
    const version = (name: string) => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "config.yaml"), name);
      symlinkSync(name, join(folder, "..data_tmp"));
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    };
    version("..one");
    unlinkSync(file);
    symlinkSync("..data/config.yaml", file);
    const { changes } = await startWatch(scene);
    for (const next of ["..two", "..three"]) {
      version(next);
      await changes.next();
    }
    rmSync(join(folder, "..one"), { recursive: true });
    await sleep(NOTHING_MORE_MS);
    expect(changes.all).toHaveLength(3);
  });

  test("ignores another file in the same folder", async (context) => {
    const scene = makeScene(context);
    const { folder } = scene;
    const { changes } = await startWatch(scene);
    writeFileSync(join(folder, "other"), "x");
    await sleep(NOTHING_MORE_MS);
    expect(changes.all).toHaveLength(1);
  });

  test("watches every file of several, and reports them together", async (context) => {
    const scene = makeScene(context);
    const { folder, file } = scene;
    const secret = join(folder, "secret");
    writeFileSync(secret, "one");
    const watching = await startWatch(scene, secret);
    writeFileSync(secret, "two");
    writeFileSync(file, "b");
    await expectOneChange(watching);
  });

  test("reports a file that stays away as gone, once, and as changed when it is back", async (context) => {
    const scene = makeScene(context);
    const { file } = scene;
    const watching = await startWatch(scene);
    unlinkSync(file);
    expect(await watching.gone.next()).toEqual([file]);
    await sleep(NOTHING_MORE_MS);
    expect(watching.gone.all).toHaveLength(1);
    expect(watching.changes.all).toHaveLength(1);
    writeFileSync(file, "a");
    await expectOneChange(watching);
  });

  test("reports nothing after it was stopped", async (context) => {
    const scene = makeScene(context);
    const { file } = scene;
    const { watch, changes } = await startWatch(scene);
    watch.stop();
    writeFileSync(file, "b");
    await sleep(NOTHING_MORE_MS);
    expect(changes.all).toHaveLength(1);
  });
});
