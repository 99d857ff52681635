// Runs `serve`: compiles the config, starts the gateway, and handles signals until one stops it (contract, section 8).

import { compile, type Source, sourceFromBytes } from "../../compiler/index.ts";
import { systemClock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/observe/logs/log.ts";
import { openLog } from "../../runtime/observe/logs/open-log.ts";
import type { Io } from "../io.ts";
import { textReport } from "../report/text.ts";
import { runningProcesses } from "../running-processes.ts";
import { readExtraCas } from "../tls/extra-cas.ts";
import { loadPair } from "../tls/load-pair.ts";
import { catchBugs } from "./catch-bugs.ts";
import { dashboardUrl } from "./dashboard-url.ts";
import { RecordingHost } from "./recording-host.ts";
import { Reloader } from "./reload.ts";
import { serveAlone } from "./serve-alone.ts";
import type { Serving } from "./serving.ts";
import { Signals } from "./signals.ts";
import { processFacts, startupWarnings } from "./startup-warnings.ts";
import { unusedProxy } from "./unused-proxy.ts";
import { workerCount } from "./worker-count.ts";
import { keepYoungObjectsYoung } from "./young-objects.ts";

const UNUSED_PROXY =
  "the environment names a proxy, but no upstream uses it: write proxy: env to use it, or proxy: none to connect directly";

/**
 * Serves a config until a signal ends it.
 * @returns the exit code: 0 when all requests could finish; 1 when the config has errors, serving failed, or requests were broken;
 *   2 when the file can't be read
 */
export async function serve(options: { readonly config: string }, io: Io): Promise<number> {
  keepYoungObjectsYoung();
  const signals = new Signals();
  const { config: file } = options;
  const inputs = new RecordingHost(io.host);
  const read = inputs.readFile(file);
  if (!read.ok) {
    io.stderr(`ai-gw-lite: can't read ${file}: ${read.reason}\n`);
    return 2;
  }
  const compiled = compileFirst(sourceFromBytes(file, read.bytes), inputs, io);
  if (compiled === undefined) return 1;

  const { started, keys, withoutProxy } = compiled;
  const open = openLog(started.server.logging, {
    clock: systemClock,
    color: io.color,
    complain: (sentence) => io.stderr(`ai-gw-lite: ${sentence}\n`),
  });
  const { log } = open;
  const stopCatching = catchBugs(log);
  const warnings = startupWarnings(processFacts(), started.server, systemClock.now());
  for (const { fields, message } of warnings) log.warn(fields, message);
  const asked = (name: string): boolean => inputs.asked(name);
  const unused = unusedProxy(started, withoutProxy, (name) => io.host.env(name), asked);
  if (unused !== undefined) log.warn({ ...unused }, UNUSED_PROXY);
  try {
    const { listen, tls } = started.server;
    const pair = tls && (await loadPair(tls, listen, log));
    // The pair may have been made just now, after the compiler looked for it.
    if (tls !== undefined) inputs.renew([tls.certPath, tls.keyPath]);
    const options = { version: io.version, pair, extraCas: readExtraCas(io.host), processes: runningProcesses };
    const count = workerCount(started.server.workers);
    const stopping = () => signals.stopping;
    const serving =
      count === 1
        ? await serveAlone(started, log, options)
        : await (await import("./workers/primary.ts")).serveByWorkers({ started, count, open, options, io, stopping });
    if (serving === undefined) {
      log.info({}, "stopped before it served");
      return 0;
    }
    const page = dashboardUrl(started.server, serving.address);
    if (page !== undefined) log.info({ url: page }, "dashboard");
    const { target } = serving;
    const reloader = new Reloader({ file, host: io.host, target, log, started, keys, inputs });
    return await untilStopped(serving, reloader, signals, log);
  } catch (err) {
    log.error({ error: err instanceof Error ? err.message : String(err) }, "serving failed");
    io.stderr(`ai-gw-lite: ${err instanceof Error ? err.message : String(err)}\n`);
    return 1;
  } finally {
    await log.close();
    stopCatching();
  }
}

/** Compiles the config and prints its diagnostics. Of the result it returns what is kept, which holds no secret in clear text. */
function compileFirst(source: Source, inputs: RecordingHost, io: Io) {
  const result = compile(source, inputs);
  const { diagnostics } = result;
  if (diagnostics.length > 0) io.stderr(textReport([{ file: source.file, diagnostics }], { color: io.stderrColor }));
  return result.ok ? { started: result.value, keys: result.keys(), withoutProxy: result.withoutProxy } : undefined;
}

async function untilStopped(serving: Serving, reloader: Reloader, signals: Signals, log: Log): Promise<number> {
  signals.onHangUp(() => reloader.ask());
  const signal = await signals.stop;
  reloader.stop();
  signals.onSecondStop(() => {
    log.warn({}, "second signal: ended at once");
    log.flush();
    process.exit(1);
  });
  const whole = await serving.drain((inFlight) => log.info({ signal, in_flight: inFlight }, "draining"));
  log.info({ whole }, "stopped");
  return whole ? 0 : 1;
}
