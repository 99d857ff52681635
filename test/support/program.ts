// Runs a program for a test: starts it, waits for its output, and ends it by its process id.

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { within } from "./deadline.ts";

const FOLDERS = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/** The path of a program. If it is not installed, prints a line that says so and returns `undefined`. */
export function findProgram(name: string): string | undefined {
  const found = FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) process.stderr.write(`skipped what needs ${name}: not installed (scripts/test-tools.sh)\n`);
  return found;
}

/** How long a program may take to start, ms. Generous: on a loaded machine a start takes many times as long as usual. */
export const START_MS = 60_000;

export class Program {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | NodeJS.Signals>;
  readonly #watchers = new Set<() => void>();
  #output = "";
  #over = false;

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    this.#child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
        this.#wake();
      });
    }
    this.#exited = once(this.#child, "close").then(([code, signal]) => {
      this.#over = true;
      this.#wake();
      return code ?? signal;
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Everything it wrote so far to standard output and standard error. */
  get output(): string {
    return this.#output;
  }

  /** Waits for output that matches. @throws Error with the output when the program ends first */
  until(pattern: RegExp, ms?: number): Promise<RegExpExecArray> {
    return this.find(String(pattern), (output) => pattern.exec(output) ?? undefined, ms);
  }

  /** Waits until `look` finds what it wants in the output. @throws Error with the output when the program ends first */
  find<T>(what: string, look: (output: string) => T | undefined, ms = 15_000): Promise<T> {
    const found = new Promise<T>((resolve, reject) => {
      const watcher = (): void => {
        const value = look(this.#output);
        if (value === undefined && !this.#over) return;
        this.#watchers.delete(watcher);
        if (value !== undefined) resolve(value);
        else reject(new Error(`ended before ${what}: ${this.#output}`));
      };
      this.#watchers.add(watcher);
      watcher();
    });
    return within(() => `${what}; so far ${this.#output}`, found, ms);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its exit code, or the signal that ended it. */
  ended(ms = 15_000): Promise<number | NodeJS.Signals> {
    return within(() => `the end of the program; so far ${this.#output}`, this.#exited, ms);
  }

  /** Ends it with SIGTERM, and with SIGKILL when that takes too long. */
  async close(): Promise<void> {
    if (this.#over) return;
    this.#child.kill("SIGTERM");
    const force = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await this.ended();
    clearTimeout(force);
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Waits until something listens on the port. @throws Error with the output when the program ends first */
export async function untilListening(port: number, program: Program): Promise<void> {
  const canConnect = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
  const listening = async (): Promise<void> => {
    while (!(await canConnect())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const over = program.ended(START_MS).then((code) => {
    throw new Error(`ended with ${code}: ${program.output}`);
  });
  await Promise.race([within(() => `port ${port}; so far ${program.output}`, listening(), START_MS), over]);
  over.catch(() => {});
}
