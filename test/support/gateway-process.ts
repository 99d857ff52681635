// Builds the gateway from the current sources and runs it in a process of its own, as users do. Keeps its log lines.

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { LogLine } from "./gateway.ts";
import { Program, START_MS } from "./program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Installation {
  /** The working directory of its gateways. Relative paths in a config start here. */
  readonly home: string;
  /** Runs a command of the command line. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Program;
  /** Writes the config and serves it. Resolves when it listens. */
  serve(config: string, env?: Readonly<Record<string, string>>): Promise<GatewayProcess>;
  remove(): Promise<void>;
}

export interface GatewayProcess {
  readonly port: number;
  readonly program: Program;
  /** Every line logged so far, oldest first. */
  readonly logs: readonly LogLine[];
  /** Waits for the first line for which `match` holds. */
  logged(match: (line: LogLine) => boolean): Promise<LogLine>;
  close(): Promise<void>;
}

/** Builds into a new folder. A test file calls it once. */
export async function install(): Promise<Installation> {
  const home = await mkdtemp(join(tmpdir(), "ai-gw-lite-"));
  await promisify(execFile)(process.execPath, [join(ROOT, "scripts/build.mjs"), join(home, "dist")]);
  for (const part of ["bin", "prices", "schema", "package.json"]) {
    await cp(join(ROOT, part), join(home, part), { recursive: true });
  }
  await symlink(join(ROOT, "node_modules"), join(home, "node_modules"));
  let configs = 0;
  const run: Installation["run"] = (args, env = {}) =>
    new Program(process.execPath, [join(home, "bin/ai-gw-lite.js"), ...args], {
      cwd: home,
      env: { ...process.env, ...env },
    });
  return {
    home,
    run,
    async serve(config, env) {
      await mkdir(join(home, "configs"), { recursive: true });
      const file = join(home, "configs", `${++configs}.yaml`);
      await writeFile(file, config);
      return asGateway(run(["serve", "--config", file], env));
    },
    remove: () => rm(home, { recursive: true }),
  };
}

async function asGateway(program: Program): Promise<GatewayProcess> {
  const [, port] = await program.until(/"address":"[^"]*:(\d+)"[^\n]*"msg":"listening"/, START_MS);
  return {
    port: Number(port),
    program,
    get logs() {
      return logLines(program.output);
    },
    logged: (match) => program.find(`a log line for which ${match}`, (output) => logLines(output).find(match)),
    close: () => program.close(),
  };
}

/** The complete log lines. Other output, which does not start with `{`, is left out. */
function logLines(output: string): LogLine[] {
  return output
    .slice(0, output.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as LogLine);
}
