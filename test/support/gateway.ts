// Starts a real gateway inside the test's process, from a config text. Keeps its log lines.

import { readWholeFile } from "../../src/cli/files.ts";
import { version } from "../../src/cli/io.ts";
import { runningProcesses } from "../../src/cli/running-processes.ts";
import { loadPair } from "../../src/cli/tls/load-pair.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import { type GatewayOptions, type RunningGateway, startGateway as start } from "../../src/runtime/gateway.ts";
import type { Host } from "../../src/runtime/host.ts";
import type { Limits } from "../../src/runtime/limits/limits.ts";
import { createLog } from "../../src/runtime/observe/logs/log.ts";
import type { OpenBooks } from "../../src/runtime/open-books.ts";
import type { OpenSharedLimits } from "../../src/runtime/open-shared-limits.ts";
import { within } from "./deadline.ts";

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface TestGateway {
  readonly url: string;
  readonly port: number;
  /** The address of the metrics, if they have one of their own. */
  readonly metricsUrl: string | undefined;
  readonly host: Host;
  readonly limits: Limits;
  readonly books: OpenBooks;
  /** The limits that it shares with other processes. */
  readonly shared: OpenSharedLimits | undefined;
  /** What only this process knows; `undefined` where it has no primary. */
  readonly figures: RunningGateway["figures"];
  /** Swaps in another config, as a reload does. */
  swap(yaml: string): void;
  /** Every line logged so far, oldest first. */
  readonly logs: LogLine[];
  /** Waits for the first `request completed` line for which `match` holds. */
  completed(match?: (line: LogLine) => boolean): Promise<LogLine>;
  /** Drains as the config says; true when every exchange finished by itself. */
  drain(): Promise<boolean>;
  /** Ends at once; exchanges in progress are broken. */
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  /** The environment variables that the config refers to as `${NAME}`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Times that replace the defaults, so that a test does not have to wait that long. */
  readonly times?: NonNullable<GatewayOptions["times"]>;
  /** Reads a copy of the responses of metered routes. */
  readonly meter?: GatewayOptions["meter"];
  /** Replaces the system's clock. */
  readonly clock?: GatewayOptions["clock"];
  /** Makes it a worker. */
  readonly primary?: GatewayOptions["primary"];
}

/** Times of idle upstream connections that replace the defaults. */
export type IdleTimes = NonNullable<NonNullable<TestGatewayOptions["times"]>["idle"]>;

/** Starts a gateway on a free loopback port. `listen` in the text must name port 0. */
export async function startGateway(yaml: string, options: TestGatewayOptions = {}): Promise<TestGateway> {
  const blueprint = compiled(yaml, options.env);
  const logs: LogLine[] = [];
  const waiting = new Set<() => void>();
  const log = createLog({
    level: blueprint.server.logging.level,
    to: {
      write: (line: string) => {
        logs.push(JSON.parse(line) as LogLine);
        for (const check of waiting) check();
      },
    },
  });
  const { listen, tls } = blueprint.server;
  const pair = tls && (await loadPair(tls, listen, log));
  const gateway = await start(blueprint, log, {
    version: version(),
    pair,
    times: options.times ?? {},
    clock: options.clock,
    meter: options.meter,
    primary: options.primary,
    processes: runningProcesses,
  });
  const { port } = gateway.address;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    metricsUrl: gateway.metricsAddress && `http://127.0.0.1:${gateway.metricsAddress.port}`,
    host: gateway.host,
    limits: gateway.limits,
    books: gateway.books,
    shared: gateway.shared,
    figures: gateway.figures,
    swap: (text) => gateway.swap(compiled(text, options.env)),
    logs,
    completed: (match = () => true) => {
      let check = (): void => {};
      const found = new Promise<LogLine>((resolve) => {
        check = () => {
          const line = logs.find((candidate) => candidate.msg === "request completed" && match(candidate));
          if (line !== undefined) resolve(line);
        };
        waiting.add(check);
        check();
      });
      return within(() => `a log line; have ${JSON.stringify(logs)}`, found).finally(() => waiting.delete(check));
    },
    drain: () => gateway.stop(),
    close: async () => {
      await gateway.stop({ graceMs: 0, drainTimeoutMs: 0 });
    },
  };
}

/** The blueprint of a config without errors. @throws Error with the diagnostics when it has some */
export function compiled(yaml: string, env: Readonly<Record<string, string>> = {}): Blueprint {
  const result = compile(sourceFromText("test.yaml", yaml), {
    env: (name) => env[name],
    readFile: readWholeFile,
  });
  if (result.ok) return result.value;
  throw new Error(result.diagnostics.map((d) => `${d.code}: ${d.message}`).join("\n"));
}
