// Builds what the Dockerfile describes, in a folder: from the files that .dockerignore lets through, with the Dockerfile's own commands.

import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./installation.ts";

export interface Image {
  /** Stands for `/` in the image. The base image is not in it, only what the Dockerfile adds. */
  readonly root: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  readonly port: number;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The instructions of a Dockerfile, oldest first. */
function instructionsOf(text: string): Instruction[] {
  return text
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest: rest.trim() };
    });
}

/** Copies what a builder would get. Only the forms that our file uses are known: `*`, then paths that are let through. */
export function copyContext(to: string): void {
  const lines = readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const [first, ...others] = lines;
  const paths = others.map((line) => /^!([\w./-]+)$/.exec(line)?.[1]);
  if (first !== "*" || paths.includes(undefined)) throw new Error(`.dockerignore has lines of another form: ${lines}`);
  for (const path of paths as string[]) cpSync(join(ROOT, path), join(to, path), { recursive: true });
}

interface Stage {
  readonly root: string;
  workdir: string;
}

/**
 * Runs the Dockerfile.
 * @param home an empty folder; each stage gets a folder of its own in it
 * @throws Error when an instruction can't be carried out, or is of a kind that is not known here
 */
export async function buildImage(home: string): Promise<Image> {
  const context = join(home, "context");
  copyContext(context);
  const stages = new Map<string, Stage>();
  let stage: Stage = { root: "", workdir: "/" };
  const env: Record<string, string> = {};
  const last: Record<string, string> = {};
  for (const { name, rest } of instructionsOf(readFileSync(join(ROOT, "Dockerfile"), "utf8"))) {
    if (name === "FROM") {
      const label = / AS (\w+)$/.exec(rest)?.[1] ?? "image";
      stage = { root: join(home, label), workdir: "/" };
      stages.set(label, stage);
    } else if (name === "WORKDIR") {
      stage.workdir = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
    } else if (name === "COPY") {
      const [, from, paths = ""] = /^(?:--from=(\w+) )?(.*)$/.exec(rest) ?? [];
      copy(from === undefined ? context : (stages.get(from)?.root ?? ""), paths.split(/\s+/), stage);
    } else if (name === "RUN") {
      await run(rest, stage);
    } else if (name === "ENV") {
      for (const pair of rest.split(/\s+/)) env[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
    } else if (["ARG", "EXPOSE", "USER", "HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD"].includes(name)) {
      last[name] = rest;
    } else {
      throw new Error(`${name} is not known here`);
    }
  }
  const words = (text = ""): readonly string[] => JSON.parse(text.slice(text.indexOf("["))) as string[];
  return {
    root: stage.root,
    workdir: stage.workdir,
    env,
    user: last["USER"],
    port: Number(last["EXPOSE"]),
    entrypoint: words(last["ENTRYPOINT"]),
    command: words(last["CMD"]),
    healthcheck: words(last["HEALTHCHECK"]),
  };
}

/** A folder is copied as what is in it; a file gets the target's name, unless that ends in a slash or names a folder. */
function copy(from: string, paths: readonly string[], { root, workdir }: Stage): void {
  const sources = paths.slice(0, -1);
  const target = paths.at(-1) ?? "";
  const to = join(root, resolve(workdir, target));
  const toFolder = target.endsWith("/") || (existsSync(to) && statSync(to).isDirectory());
  if (sources.length > 1 && !toFolder) throw new Error(`COPY ${paths.join(" ")}: the target must end in a slash`);
  for (const source of sources) {
    const path = join(from, source);
    const isFile = statSync(path).isFile();
    const at = isFile && toFolder ? join(to, basename(source)) : to;
    mkdirSync(dirname(at), { recursive: true });
    cpSync(path, at, { recursive: true, verbatimSymlinks: true });
  }
}

/** Runs a command in the stage's folder. npm takes from its cache what it can, and downloads the rest. */
async function run(command: string, { root, workdir }: Stage): Promise<void> {
  if (isAbsolute(command) || / \//.test(command)) throw new Error(`RUN ${command}: absolute paths can't be tried here`);
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], npm_config_prefer_offline: "true" };
  await promisify(execFile)("sh", ["-ec", command], { cwd: join(root, workdir), env });
}
