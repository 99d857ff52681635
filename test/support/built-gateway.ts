// How does a test run the gateway as users do, in a process of its own? From `dist/`, through `bin/`.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { within } from "./deadline.ts";

const ROOT = join(import.meta.dirname, "../..");

export interface BuiltGateway {
  readonly port: number;
  readonly pid: number;
  /** Resident memory now, bytes. */
  memory(): number;
  /** Most resident memory so far, bytes. */
  peak(): number;
  /** What it wrote so far: log lines, and on the error channel whatever Node complained of. */
  readonly output: { out: string; err: string };
  /** Sends SIGTERM and gives the exit code. */
  close(): Promise<void>;
}

/** Starts `serve` with a config whose `listen` names port 0. Linux only: memory is read from `/proc`. */
export async function startBuiltGateway(config: string): Promise<BuiltGateway> {
  if (!existsSync(join(ROOT, "dist/cli/main.js"))) throw new Error("dist/ is not built: npm run build");
  const dir = mkdtempSync(join(tmpdir(), "gateway-test-"));
  const file = join(dir, "config.yaml");
  writeFileSync(file, config);
  const child = spawn(process.execPath, [join(ROOT, "bin/ai-gw-lite.js"), "serve", "--config", file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { out: "", err: "" };
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
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

function statusBytes(pid: number, field: "VmRSS" | "VmHWM"): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1]) * 1024;
}
