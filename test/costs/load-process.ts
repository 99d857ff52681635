// Starts the load of the count tests in a process of its own, and gives it its jobs.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { TOKEN } from "../support/config.ts";
import { within } from "../support/deadline.ts";

export interface Load {
  /** The base URL of its upstream. */
  readonly base: string;
  /**
   * Sends `count` requests, or one request for a stream of `count` events. Resolves when the last answer is complete.
   * @param kind `totals`: a stream whose events tell the usage so far
   */
  run(kind: "json" | "stream" | "totals", port: number, count: number, token?: string): Promise<void>;
  /** Ends the process. */
  close(): Promise<void>;
}

export async function startLoad(): Promise<Load> {
  const child = fork(join(import.meta.dirname, "load.mjs"), { execArgv: [] });
  const ended = once(child, "exit");
  const { port } = await answer<{ port: number }>(child, "the load to listen");
  return {
    base: `http://127.0.0.1:${port}/v1`,
    run: async (kind, gatewayPort, count, token = TOKEN) => {
      const done = answer<{ error?: string }>(child, "the load to finish");
      child.send({ port: gatewayPort, token, kind, count });
      const { error } = await done;
      if (error !== undefined) throw new Error(`the load failed: ${error}`);
    },
    close: async () => {
      child.kill("SIGKILL");
      await within("the load to end", ended);
    },
  };
}

async function answer<T>(child: ChildProcess, what: string): Promise<T> {
  const [message] = await within(what, once(child, "message"));
  return message as T;
}
