// Runs `demo`: a mock provider and the real gateway in front of it, in one process, to try it without a provider.

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CompilerHost, compile, sourceFromText } from "../../compiler/index.ts";
import { startMock } from "../../mock/start.ts";
import type { Blueprint } from "../../plan/blueprint.ts";
import { startGateway } from "../../runtime/gateway.ts";
import { createLog } from "../../runtime/observe/logs/log.ts";
import { type Io, version } from "../io.ts";
import { runningProcesses } from "../running-processes.ts";
import { type DemoSecrets, demoConfig } from "./demo-config.ts";
import { demoGuide } from "./demo-guide.ts";

const DEFAULT_PORT = 8787;

/**
 * Runs the demo until `stop` resolves. Both servers listen on loopback only. Each run has a new token and a new key.
 * The page with the lines to paste goes to standard output, the gateway's log to standard error.
 * @param options.port the gateway's port, 8787 by default; 0 takes a free one
 * @param stop resolves when the demo should end; by default at SIGINT, SIGTERM or SIGHUP
 * @returns the exit code: 0 when every request could finish; 1 when the port is in use or running streams had to be broken
 */
export async function demo(
  options: { readonly port?: number },
  io: Pick<Io, "stdout" | "stderr">,
  stop = firstSignal(),
): Promise<number> {
  const secrets = demoSecrets();
  const mock = await startMock({ key: secrets.DEMO_UPSTREAM_KEY });
  const log = createLog({ level: "info", to: { write: (line: string) => io.stderr(line) } });
  const ledgerDir = mkdtempSync(join(tmpdir(), "ai-gw-lite-demo-"));
  try {
    const blueprint = compileDemo(demoConfig(options.port ?? DEFAULT_PORT, mock.url, ledgerDir), secrets);
    const gateway = await startGateway(blueprint, log, { version: version(), processes: runningProcesses });
    const url = `http://127.0.0.1:${gateway.address.port}`;
    io.stdout(
      demoGuide({
        url,
        token: secrets.DEMO_TOKEN,
        teamToken: secrets.DEMO_TEAM_B_TOKEN,
        metricsToken: secrets.DEMO_METRICS_TOKEN,
        mockUrl: mock.url,
        mockKey: secrets.DEMO_UPSTREAM_KEY,
        ledgerDir,
      }),
    );
    await stop;
    return (await gateway.stop()) ? 0 : 1;
  } catch (err) {
    io.stderr(`ai-gw-lite: ${err instanceof Error ? err.message : String(err)}\n`);
    return 1;
  } finally {
    await mock.close();
    rmSync(ledgerDir, { recursive: true, force: true });
  }
}

/** Compiles the demo's config as `serve` compiles a file. @throws Error when the config has errors, which is a bug in this program */
function compileDemo(config: string, secrets: DemoSecrets): Blueprint {
  const variables = new Map(Object.entries(secrets));
  const host: CompilerHost = {
    env: (name) => variables.get(name),
    readFile: () => ({ ok: false, reason: "the demo has no files" }),
  };
  const result = compile(sourceFromText("demo.yaml", config), host);
  if (result.ok) return result.value;
  throw new Error(`the demo's config is wrong: ${result.diagnostics.map(({ message }) => message).join("; ")}`);
}

function demoSecrets(): DemoSecrets {
  return {
    DEMO_TOKEN: secretLike("gw-demo"),
    DEMO_TEAM_A_TOKEN: secretLike("gw-team-a"),
    DEMO_TEAM_B_TOKEN: secretLike("gw-team-b"),
    DEMO_METRICS_TOKEN: secretLike("metrics"),
    DEMO_UPSTREAM_KEY: secretLike("sk-mock"),
  };
}

function secretLike(prefix: string): string {
  return `${prefix}-${randomBytes(12).toString("hex")}`;
}

/** Resolves at the first signal. Each handler runs once, so a second signal of the same kind ends the process at once. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => resolve());
  });
}
