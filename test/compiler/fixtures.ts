// Reads the golden fixtures of `test/diagnostics`, and runs `check` on their configs.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type CheckOptions, check } from "../../src/cli/check/check.ts";
import type { FileRead } from "../../src/compiler/index.ts";
import { hostOf, type World } from "./compiling.ts";

export const ROOT = resolve(import.meta.dirname, "../diagnostics");

/** `env.json` of a fixture. */
interface FixtureWorld extends World {
  readonly allowMissingEnv?: boolean;
  /** How often the text of the config is repeated: large files are not stored. */
  readonly repeat?: number;
  /** The config's bytes are Latin-1, not UTF-8. */
  readonly latin1?: boolean;
  /** The environment of `right.yaml`, where it differs. */
  readonly rightEnv?: { readonly [name: string]: string };
}

export interface Fixture {
  /** `rule/duplicate-prefix`. */
  readonly code: string;
  readonly name: string;
  readonly folder: string;
  /** Whether it is the sample in the documentation. Such a fixture has a `right.yaml`. */
  readonly sample: boolean;
}

export const FIXTURES: readonly Fixture[] = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((path) => path.split(/[\\/]/).length === 3)
  .map((path) => join(ROOT, path))
  .sort()
  .map((folder) => {
    const [stage = "", code = "", name = ""] = relative(ROOT, folder).split(/[\\/]/);
    return { code: `${stage}/${code}`, name, folder, sample: existsSync(join(folder, "right.yaml")) };
  });

/** The output of `check` for a file of a fixture, in one of its formats. */
export async function run(
  fixture: Fixture,
  file: "config.yaml" | "right.yaml",
  format: CheckOptions["format"],
): Promise<string> {
  const world = worldOf(fixture);
  const env = file === "right.yaml" ? (world.rightEnv ?? world.env) : world.env;
  const host = hostOf({ ...world, ...(env && { env }) });
  const printed: string[] = [];
  const io = {
    stdout: (text: string) => void printed.push(text),
    stderr: (text: string) => void printed.push(text),
    host: {
      ...host,
      readFile: (path: string): FileRead => (path === file ? bytesOf(fixture, file, world) : host.readFile(path)),
    },
    readStdin: async (): Promise<FileRead> => ({ ok: false, reason: "no standard input" }),
    color: false,
    version: "0.0.0",
  };
  await check({ config: [file], format, allowMissingEnv: world.allowMissingEnv === true }, io);
  return printed.join("");
}

function worldOf({ folder }: Fixture): FixtureWorld {
  const file = join(folder, "env.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as FixtureWorld) : {};
}

function bytesOf({ folder }: Fixture, file: string, { repeat, latin1 }: FixtureWorld): FileRead {
  const path = join(folder, file);
  if (!existsSync(path)) return { ok: false, reason: "no such file" };
  const text = readFileSync(path, "utf8");
  const whole = file === "config.yaml" && repeat !== undefined ? text.repeat(repeat) : text;
  return { ok: true, bytes: Buffer.from(whole, latin1 && file === "config.yaml" ? "latin1" : "utf8") };
}
