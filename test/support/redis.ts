// Starts a real redis-server for a test, on a free port, without a disk. It can be killed, frozen and started again on the same port.

import { execFileSync } from "node:child_process";
import { freePort } from "./ports.ts";
import { findProgram, Program, untilListening } from "./program.ts";

const path = findProgram("redis-server");

/** Whether redis-server is installed. Tests that need it are skipped otherwise. */
export const hasRedis = path !== undefined;

export interface TestRedis {
  readonly port: number;
  readonly url: string;
  /** Runs a command with redis-cli. @returns what it prints */
  cli(...words: readonly string[]): string;
  /** Stops answering until `thaw`, with all connections open. */
  freeze(): void;
  thaw(): void;
  /** Ends it as an operator does, with SIGTERM. All counts are lost. */
  stop(): Promise<void>;
  /** Ends it at once. All counts are lost. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Ends it. Can be called when it has ended. */
  close(): Promise<void>;
}

/** @param options further options of redis-server, such as `--replicaof`, `127.0.0.1 6379` */
export async function startRedis(options: readonly string[] = []): Promise<TestRedis> {
  const port = await freePort();
  let program = await run(port, options);
  const password = options[options.indexOf("--requirepass") + 1];
  const env = options.includes("--requirepass") ? { ...process.env, REDISCLI_AUTH: password } : process.env;
  const endBy = async (signal: NodeJS.Signals): Promise<void> => {
    program.signal(signal);
    await program.ended();
  };
  const kill = (): Promise<void> => endBy("SIGKILL");
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    cli: (...words) =>
      execFileSync("redis-cli", ["-p", String(port), ...words], { encoding: "utf8", timeout: 10_000, env }).trim(),
    freeze: () => program.signal("SIGSTOP"),
    thaw: () => program.signal("SIGCONT"),
    stop: () => endBy("SIGTERM"),
    kill,
    restart: async () => {
      program = await run(port, options);
    },
    close: kill,
  };
}

async function run(port: number, options: readonly string[]): Promise<Program> {
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"];
  const program = new Program(path ?? "redis-server", [...args, ...options]);
  await untilListening(port, program);
  return program;
}
