// Starts the built gateway (`dist/`, through `bin/`) in a process of its own, as users do.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { within } from "./deadline.ts";
import type { LogLine } from "./gateway.ts";

const ROOT = join(import.meta.dirname, "../..");

export interface BuiltGateway {
  readonly port: number;
  readonly pid: number;
  /** The path of its config file, for tests that change it. */
  readonly file: string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): void;
  /** Every line logged so far, oldest first. */
  readonly lines: readonly LogLine[];
  /** Waits for the first line from index `from` on for which `match` holds. Returns the line and its index. */
  logged(match: (line: LogLine) => boolean, from?: number): Promise<{ readonly line: LogLine; readonly at: number }>;
  /** Resident memory now, bytes. */
  memory(): number;
  /** Most resident memory so far, bytes. */
  peak(): number;
  /** What it wrote so far: `out` holds the log lines, `err` the warnings of `serve` and of Node. */
  readonly output: { out: string; err: string };
  /** Ends it with SIGTERM, and with SIGKILL when that takes too long. */
  close(): Promise<void>;
}

/** Starts `serve` with a config whose `listen` names port 0. Linux only: memory is read from `/proc`. */
export async function startBuiltGateway(
  config: string,
  env: Readonly<Record<string, string>> = {},
): Promise<BuiltGateway> {
  if (!existsSync(join(ROOT, "dist/ai-gw-lite.cjs"))) throw new Error("dist/ is not built: npm run build");
  const dir = mkdtempSync(join(tmpdir(), "gateway-test-"));
  const file = join(dir, "config.yaml");
  writeFileSync(file, config);
  const child = spawn(process.execPath, [join(ROOT, "bin/ai-gw-lite.js"), "serve", "--config", file], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const output = { out: "", err: "" };
  const lines = keepLines(child);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    // Not `exit`: the last output may come after it.
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  const gone = ended.then(() => {});
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await within("the gateway's process to end", gone).catch(() => child.kill("SIGKILL"));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const port = await listeningPort(child, output, gone);
    const pid = child.pid ?? 0;
    return {
      port,
      pid,
      file,
      ended,
      kill: (signal) => void child.kill(signal),
      lines,
      logged: (match, from = 0) => logged(child, lines, match, from),
      output,
      close,
      memory: () => statusBytes(pid, "VmRSS"),
      peak: () => statusBytes(pid, "VmHWM"),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function listeningPort(
  child: ChildProcess,
  output: { out: string; err: string },
  gone: Promise<void>,
): Promise<number> {
  const port = new Promise<number>((resolve, reject) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output.err += text;
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output.out += text;
      const match = /"address":"127\.0\.0\.1:(\d+)"[^\n]*"listening"/.exec(output.out);
      if (match !== null) resolve(Number(match[1]));
    });
    void gone.then(() => reject(new Error(`the gateway ended: ${output.err}${output.out}`)));
  });
  return within("the gateway to listen", port);
}

/** Collects the log lines as they come. */
function keepLines(child: ChildProcess): LogLine[] {
  const lines: LogLine[] = [];
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const whole = `${rest}${text}`.split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) lines.push(JSON.parse(line) as LogLine);
  });
  return lines;
}

async function logged(
  child: ChildProcess,
  lines: readonly LogLine[],
  match: (line: LogLine) => boolean,
  from: number,
): Promise<{ line: LogLine; at: number }> {
  let check = () => {};
  let next = from;
  const found = new Promise<{ line: LogLine; at: number }>((resolve) => {
    check = () => {
      for (; next < lines.length; next++) {
        const line = lines[next];
        if (line !== undefined && match(line)) return resolve({ line, at: next });
      }
    };
    child.stdout?.on("data", check);
    check();
  });
  const what = () => `a log line; have ${JSON.stringify(lines.slice(from).slice(-20))}`;
  return within(what, found).finally(() => child.stdout?.off("data", check));
}

function statusBytes(pid: number, field: "VmRSS" | "VmHWM"): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1]) * 1024;
}
