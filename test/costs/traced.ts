// Watches the system calls of a process with strace, and counts those between two marks.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BuiltGateway } from "../support/built-gateway.ts";
import { findProgram, Program, START_MS } from "../support/program.ts";
import type { Window } from "./counting.ts";

/** The calls that wait until a connection has something to read. */
export const WAIT = "waits for events";

export interface Tracing {
  /** Waits until the watched process has ended. @returns what it called */
  end(): Promise<Trace>;
}

/** A line begins with the thread and the time, then follows the call. The first argument of most is a descriptor, with what it is. */
const CALL = /^\d+ +[\d.]+ (\w+)\((?:\d+<(\S*?)>[,)])?/;

export class Trace {
  readonly #lines: readonly string[];
  readonly #port: number;

  /** @param port of the watched gateway */
  constructor(text: string, port: number) {
    this.#lines = text.split("\n");
    this.#port = port;
  }

  /**
   * Counts the calls of all threads. The marks are texts in what was read.
   * @throws Error when a mark is missing
   */
  between({ from, to }: Window): { readonly calls: ReadonlyMap<string, number>; readonly ms: number } {
    const [start, end] = [from, to].map((mark) => this.#lines.findIndex((line) => line.includes(mark)));
    if (start === undefined || end === undefined || start < 0 || end <= start) throw new Error(`no ${from} to ${to}`);
    const calls = new Map<string, number>();
    for (const line of this.#lines.slice(start, end)) {
      const name = this.#nameOf(line);
      if (name !== undefined) calls.set(name, (calls.get(name) ?? 0) + 1);
    }
    return { calls, ms: (this.#timeOf(end) - this.#timeOf(start)) * 1000 };
  }

  /** The call, and what it is done to; `undefined` for the later part of a call, and for signals. */
  #nameOf(line: string): string | undefined {
    const call = CALL.exec(line);
    if (call === null) return undefined;
    const [, name = "", target = ""] = call;
    if (target.startsWith("TCP")) return `${name}, ${this.#sideOf(target)}`;
    if (target.includes("[eventpoll]")) return WAIT;
    if (target.includes("[eventfd]")) return `${name}, wake-up of a thread`;
    if (/^\S+ +\S+ \w+\(1</.test(line)) return `${name}, log`;
    return name;
  }

  #sideOf(target: string): "client" | "upstream" {
    return target.includes(`:${this.#port}->`) ? "client" : "upstream";
  }

  #timeOf(index: number): number {
    return Number(/^\d+ +([\d.]+) /.exec(this.#lines[index] ?? "")?.[1]);
  }
}

/** Begins to watch a gateway. @returns the reason when that is not possible on this machine */
export async function trace(gateway: BuiltGateway): Promise<Tracing | string> {
  const strace = findProgram("strace");
  if (strace === undefined) return "strace is not installed";
  const dir = mkdtempSync(join(tmpdir(), "gateway-trace-"));
  const file = join(dir, "calls");
  const program = new Program(strace, ["-f", "-ttt", "-yy", "-s", "128", "-o", file, "-p", String(gateway.pid)]);
  try {
    await program.until(/attached/, START_MS);
  } catch (error) {
    await program.close();
    rmSync(dir, { recursive: true });
    if (/not permitted|not implemented/i.test(program.output)) return `strace can't attach: ${program.output.trim()}`;
    throw error;
  }
  return {
    end: async () => {
      await program.ended();
      const text = readFileSync(file, "utf8");
      rmSync(dir, { recursive: true });
      return new Trace(text, gateway.port);
    },
  };
}
