// Checks what a user gets who installs the package: npm packs it, and it runs in an unrelated folder with exactly the
// packages that it names.

import { execFile, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { within } from "../support/deadline.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const SOURCES = ["bin", "config", "schema", "scripts", "src"];
const TOP_FILES = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json", "README.md", ".npmrc"];

let home: string;
let installed: string;
let files: string[];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "package-test-"));
  const source = join(home, "source");
  mkdirSync(source);
  for (const part of [...SOURCES, ...TOP_FILES]) cpSync(join(ROOT, part), join(source, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(source, "node_modules"));
  mkdirSync(join(source, "dist"));
  writeFileSync(join(source, "dist/stale.js"), "// of an older build");
  const { stdout } = await run("npm", ["pack", "--json", "--silent"], { cwd: source });
  const tarball = (JSON.parse(stdout.slice(stdout.indexOf("["))) as { filename: string }[])[0]?.filename ?? "";
  expect(existsSync(join(source, "npm-shrinkwrap.json"))).toBe(false);

  const modules = join(home, "elsewhere/node_modules");
  installed = join(modules, "ai-gateway-lite");
  mkdirSync(installed, { recursive: true });
  await run("tar", ["-xzf", join(source, tarball), "-C", installed, "--strip-components=1"]);
  const listed = await run("tar", ["-tzf", join(source, tarball)]);
  files = listed.stdout
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""));
  // Copies what an install would put there and nothing else, so that a dependency that is not named makes a test fail.
  for (const path of Object.keys(lockOf(installed).packages)) {
    if (path !== "") cpSync(join(ROOT, path), join(home, "elsewhere", path), { recursive: true });
  }
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly dev?: boolean; readonly resolved?: string }>
  >;
}

function lockOf(folder: string): Lock {
  return JSON.parse(readFileSync(join(folder, "npm-shrinkwrap.json"), "utf8")) as Lock;
}

const bin = () => join(installed, "bin/ai-gw-lite.js");
const cli = (...args: string[]) => run(process.execPath, [bin(), ...args], { cwd: join(home, "elsewhere") });

test("the package holds the program, its config samples and its READMEs, and nothing else", () => {
  const known =
    /^(package\.json|npm-shrinkwrap\.json|README(\.zh-CN)?\.md|bin\/ai-gw-lite\.js|schema\/.*\.json|config\/[\w.-]+|dist\/.*\.js)$/;
  expect(files.filter((file) => !known.test(file))).toEqual([]);
  expect(files).not.toContain("dist/stale.js");
  expect(files).toEqual(
    expect.arrayContaining(["config/default.yaml", "config/ai-gw-lite.service", "dist/cli/main.js"]),
  );
  expect(files.reduce((sum, file) => sum + statSync(join(installed, file)).size, 0)).toBeLessThan(1_500_000);
});

test("the package names the versions that were tested, and no registry to get them from", () => {
  const { packages } = lockOf(installed);
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { dependencies: object };
  for (const name of Object.keys(manifest.dependencies)) expect(packages).toHaveProperty([`node_modules/${name}`]);
  const unexpected = Object.entries(packages).filter(([, { dev, resolved }]) => dev === true || resolved !== undefined);
  expect(unexpected).toEqual([]);
});

test("the package passes the checks of publint", async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test("the package runs check, schema and version from an unrelated folder", async () => {
  const config = join(installed, "config/dev.yaml");
  expect((await cli("check", "--config", config, "--allow-missing-env")).stdout).toContain("0 errors");
  expect((await cli("schema")).stdout).toBe(readFileSync(join(ROOT, "schema/config.schema.json"), "utf8"));
  expect((await cli("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("the package serves, and answers the health check of the image", async () => {
  const child = spawn(process.execPath, [bin(), "serve", "--config", join(installed, "config/default.yaml")], {
    env: { PATH: process.env["PATH"], GATEWAY_TOKEN: "a-token-of-the-test", GATEWAY_LISTEN: "127.0.0.1:0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const port = await within(
      "the gateway to listen",
      new Promise<string>((resolve) => {
        let out = "";
        child.stdout.on("data", (text: Buffer) => {
          out += text;
          const found = /"address":"127\.0\.0\.1:(\d+)"/.exec(out)?.[1];
          if (found !== undefined) resolve(found);
        });
      }),
    );
    const check = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(readFileSync(join(ROOT, "Dockerfile"), "utf8"))?.[1] ?? "";
    const [, ...args] = JSON.parse(check) as string[];
    await run(process.execPath, args, { env: { HEALTH_URL: `http://127.0.0.1:${port}/healthz` } });
    const unreachable = run(process.execPath, args, { env: { HEALTH_URL: "http://127.0.0.1:1/healthz" } });
    await expect(unreachable).rejects.toMatchObject({ code: 1 });
  } finally {
    child.kill("SIGTERM");
    await within("it to end", new Promise((resolve) => child.once("close", resolve)));
  }
});

test("the image copies only files that exist and that .dockerignore lets through", () => {
  const given = readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1));
  const copies = [...readFileSync(join(ROOT, "Dockerfile"), "utf8").matchAll(/^COPY (?!--from)(.*) \S+$/gm)];
  const copied = copies.flatMap(([, paths = ""]) => paths.split(" "));
  expect(copied.length).toBeGreaterThan(5);
  expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  expect(copied.filter((path) => !given.includes(path) && !given.includes(dirname(path)))).toEqual([]);
});
