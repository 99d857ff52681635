// Checks that the image can be built from what its builder gets, and that it serves: without root, on files that it can't write, as process 1.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { findProgram, Program, START_MS, untilListening } from "../support/program.ts";
import { closedPort } from "../support/upstream.ts";
import { buildImage, type Image } from "./image.ts";
import { emptyFolder, ROOT } from "./installation.ts";

/** Not root, and no user of this machine. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** Where the program is. It starts in another folder. */
const PROGRAM = "opt/ai-gw-lite";

let image: Image;
/** Of the folder in which the program starts. */
let workdirMode = 0;
const { home, remove } = emptyFolder();
const running: Program[] = [];

beforeAll(async () => {
  chmodSync(home, 0o755);
  image = await buildImage(home);
  workdirMode = statSync(join(image.root, image.workdir)).mode & 0o7777;
  // As with `--read-only`. Root could write nevertheless, but the gateway runs without root.
  setFolderModes(image.root, 0o555);
}, 180_000);
afterEach(async () => {
  for (const program of running.splice(0)) await program.close();
});
afterAll(() => {
  if (image !== undefined) setFolderModes(image.root, 0o755);
  remove();
});

/** Sets the mode of a folder and of all below it. */
function setFolderModes(folder: string, mode: number): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) setFolderModes(join(folder, entry.name), mode);
  }
  chmodSync(folder, mode);
}

/** The words of a command, with paths of the image as paths below its folder. */
const here = (words: readonly string[]): string[] =>
  words.map((word, i) =>
    i === 0 && word === "node" ? process.execPath : word.startsWith("/") ? join(image.root, word) : word,
  );

function run(words: readonly string[], port: number, before: readonly string[] = []): Program {
  const env = {
    ...image.env,
    GATEWAY_LISTEN: `0.0.0.0:${port}`,
    GATEWAY_TOKEN: "a-token-of-the-image-test",
    PATH: process.env["PATH"],
  };
  const [command = "", ...args] = [...before, ...here(words)];
  const user = isRoot && before.length === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const program = new Program(command, args, { cwd: join(image.root, image.workdir), env, ...user });
  running.push(program);
  return program;
}

const serve = (port: number, before?: readonly string[]): Program =>
  run([...image.entrypoint, ...image.command], port, before);

it("holds the program and exactly the packages that it needs", () => {
  const at = (path: string): string => join(image.root, PROGRAM, path);
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  const wanted = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && dev !== true);
  expect(wanted.filter(([path]) => !existsSync(at(path)))).toEqual([]);
  const unwanted = Object.entries(lock.packages).filter(([path, { dev }]) => dev === true && existsSync(at(path)));
  expect(unwanted).toEqual([]);
  expect(readdirSync(at("dist")).sort()).toEqual(["ai-gw-lite.cjs", "get-east-asian-width.LICENSE.txt", "ui"]);
  expect(existsSync(at("src"))).toBe(false);
});

it("listens on all addresses, without root", () => {
  expect(image.env["GATEWAY_LISTEN"]).toBe(`0.0.0.0:${image.port}`);
  expect(image.user).toBe("node");
});

it("serves, is healthy while it does, and ends at a signal", async () => {
  const port = await closedPort();
  const program = serve(port);
  await program.until(/"listening"/, START_MS);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  expect(await run(image.healthcheck, port).ended()).toBe(0);
  program.signal("SIGTERM");
  expect(await program.ended()).toBe(0);
  expect(await run(image.healthcheck, port).ended()).toBe(1);
});

it("has its ledger in the folder in which it starts, where a volume can be mounted for any user", async () => {
  expect([image.workdir, workdirMode]).toEqual(["/var/lib/ai-gw-lite", 0o1777]);
  const [folder, state] = [join(image.root, "etc/ai_gw_lite"), join(image.root, image.workdir)];
  chmodSync(folder, 0o755);
  const config = readFileSync(join(folder, "conf.yaml"), "utf8");
  writeFileSync(join(folder, "metered.yaml"), `${config}\nusage: {enabled: true}\n`);
  const port = await closedPort();
  const metered = (): Program => run([...image.entrypoint, "serve", "--config", "/etc/ai_gw_lite/metered.yaml"], port);
  const refused = metered();
  expect(await refused.ended()).toBe(1);
  expect(refused.output).toMatch(/the folder of the ledger, usage, can't be used: E(?:ACCES|ROFS)/);
  chmodSync(state, workdirMode);
  const program = metered();
  await program.until(/"listening"/, START_MS);
  expect(existsSync(join(state, "usage/lock"))).toBe(true);
  program.signal("SIGTERM");
  expect(await program.ended()).toBe(0);
});

const unshare = findProgram("unshare");
const canBeFirst = unshare !== undefined && spawnSync(unshare, ["--pid", "--fork", "true"]).status === 0;

it.runIf(canBeFirst)("ends as process 1, too, which has no default handling of signals", async () => {
  const port = await closedPort();
  const program = serve(port, [unshare ?? "", "--pid", "--fork", "--kill-child"]);
  await untilListening(port, program);
  const [, outside] = /^(\d+)/.exec(readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, "utf8")) ?? [];
  process.kill(Number(outside), "SIGTERM");
  expect(await program.ended()).toBe(0);
  expect(program.output).toContain('"msg":"stopped"');
});

it("is used by the Compose sample as it is built", () => {
  const compose = parse(readFileSync(join(ROOT, "compose.yaml"), "utf8")) as {
    readonly services: { readonly gateway: ComposeService };
  };
  const { gateway } = compose.services;
  const fill = (words: readonly string[]) =>
    words.map((word) => word.replace(/\$\{(\w+):-([^}]*)\}/g, (_all, _name, fallback: string) => fallback));
  const [mounted = "", target = ""] = gateway.volumes[0]?.split(":") ?? [];
  const config = fill(gateway.command).at(-1) ?? "";
  expect(fill(gateway.command)).toEqual(["serve", "--config", `${target}/default.yaml`]);
  expect(existsSync(join(ROOT, mounted, config.slice(target.length)))).toBe(true);
  expect(fill(gateway.healthcheck.test)).toEqual(["CMD", ...image.entrypoint, "healthcheck", "--config", config]);
  expect(gateway.ports.map((port) => Number(port.split(":").pop()))).toEqual([image.port]);
  expect(gateway.volumes[1]).toBe(`state:${image.workdir}`);
  expect(gateway).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
  const { shutdown } = parse(readFileSync(join(ROOT, mounted, "default.yaml"), "utf8")) as {
    readonly shutdown: { readonly grace_ms?: number; readonly drain_timeout_ms: number };
  };
  const longest = (shutdown.grace_ms ?? 0) + shutdown.drain_timeout_ms;
  expect(Number.parseInt(gateway.stop_grace_period, 10) * 1000).toBeGreaterThan(longest);
});

interface ComposeService {
  readonly command: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  readonly stop_grace_period: string;
}
