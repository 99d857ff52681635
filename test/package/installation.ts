// Packs the program as `npm pack` does, and installs the package with npm as users do.

import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { Program } from "../support/program.ts";

const run = promisify(execFile);
export const ROOT = join(import.meta.dirname, "../..");
const SOURCES = ["bin", "config", "prices", "schema", "scripts", "src"];
const TOP_FILES = ["package.json", "package-lock.json", "tsconfig.json", "README.md", ".npmrc"];

export interface Packed {
  readonly tarball: string;
  /** Packed and unpacked, bytes. */
  readonly size: number;
  readonly unpackedSize: number;
  /** Paths in the package. */
  readonly files: readonly string[];
}

/** Packs a copy of the sources, so that a test that runs at the same time is not disturbed. @param home an empty folder */
export async function pack(home: string): Promise<Packed> {
  const source = join(home, "source");
  for (const part of [...SOURCES, ...TOP_FILES]) cpSync(join(ROOT, part), join(source, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(source, "node_modules"));
  for (const stale of ["dist/stale.js", "dist/cli/main.js"]) {
    mkdirSync(join(source, stale, ".."), { recursive: true });
    writeFileSync(join(source, stale), "// of an older build");
  }
  const { stdout } = await run("npm", ["pack", "--json", "--silent"], { cwd: source });
  const [made] = JSON.parse(stdout.slice(stdout.indexOf("["))) as {
    readonly filename: string;
    readonly size: number;
    readonly unpackedSize: number;
    readonly files: readonly { readonly path: string }[];
  }[];
  if (made === undefined) throw new Error(`npm pack printed ${stdout}`);
  if (existsSync(join(source, "npm-shrinkwrap.json"))) throw new Error("npm pack left npm-shrinkwrap.json behind");
  return { ...made, tarball: join(source, made.filename), files: made.files.map(({ path }) => path) };
}

/** A machine on which the package is installed for all users. */
export interface Machine {
  /** Stands for `/`: the package is in `usr/local` below it. */
  readonly root: string;
  /** Where the package is. */
  readonly folder: string;
  /** The working directory of the command. */
  readonly cwd: string;
  /** What npm printed. */
  readonly said: string;
  /** Runs the installed command. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Program;
  /** Runs the installed command to its end. @throws Error for an exit code other than 0 */
  cli(...args: readonly string[]): Promise<string>;
}

/** Installs a tarball: `npm install --global`. npm takes what it can from its cache; the rest it downloads, as `npm ci` does. */
export async function installGlobally(tarball: string, home: string): Promise<Machine> {
  const root = join(home, "machine");
  const cwd = join(home, "cwd");
  mkdirSync(cwd);
  const flags = ["--global", "--prefix", join(root, "usr/local"), "--prefer-offline", "--no-audit", "--no-fund"];
  const { stdout, stderr } = await run("npm", ["install", ...flags, tarball], { cwd });
  const command = join(root, "usr/local/bin/ai-gw-lite");
  return {
    root,
    folder: join(root, "usr/local/lib/node_modules/ai-gateway-lite"),
    cwd,
    said: `${stdout}${stderr}`,
    start: (args, env = {}) =>
      new Program(process.execPath, [command, ...args], { cwd, env: { PATH: process.env["PATH"], ...env } }),
    cli: async (...args) => (await run(process.execPath, [command, ...args], { cwd })).stdout,
  };
}

export interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly dev?: boolean;
        readonly resolved?: string;
        readonly hasInstallScript?: boolean;
      }
    >
  >;
}

/** The versions that a package pins for its users. */
export function lockOf(folder: string): Lock {
  return JSON.parse(readFileSync(join(folder, "npm-shrinkwrap.json"), "utf8")) as Lock;
}

export function emptyFolder(): { readonly home: string; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), `${basename(ROOT)}-test-`));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}
