// Runs `healthcheck`: asks a running gateway's `/healthz` once, at the address where its config listens.

import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";
import { readListener, sourceFromBytes } from "../../compiler/index.ts";
import { containerSign, SURROUNDINGS, unreachable } from "../container.ts";
import type { Io } from "../io.ts";
import { localUrl } from "../local-url.ts";

export interface HealthcheckOptions {
  readonly config: string;
  /** Accepts a loopback address in a container. */
  readonly allowLoopback?: boolean;
}

export interface HealthcheckFacts {
  /** What shows that this is a container, if it is one. */
  readonly container: string | undefined;
  /** How long the gateway may take to answer, ms. */
  readonly timeoutMs: number;
}

/** How long the gateway may take to answer, ms. Shorter than the three seconds of the image's health check. */
const TIMEOUT_MS = 2000;

/** What OpenSSL says when the server ends the handshake because it gets no client certificate. This check has none. */
const WANTS_CERTIFICATE = "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED";

/**
 * Runs `healthcheck`. Of the config it needs only `listen` and `inbound_tls`: while a config with errors waits to be corrected,
 * the running gateway is healthy.
 * @returns the exit code, as container runtimes want it: 0 for healthy, 1 for everything else
 */
export async function healthcheck(
  { config: file, allowLoopback }: HealthcheckOptions,
  io: Pick<Io, "host" | "stdout" | "stderr">,
  { container, timeoutMs }: HealthcheckFacts = { container: containerSign(SURROUNDINGS), timeoutMs: TIMEOUT_MS },
): Promise<0 | 1> {
  const unhealthy = (why: string): 1 => {
    io.stderr(`unhealthy: ${why}\n`);
    return 1;
  };
  const read = io.host.readFile(file);
  if (!read.ok) return unhealthy(`can't read ${file}: ${read.reason}`);
  const listener = readListener(sourceFromBytes(file, read.bytes), io.host);
  if (listener === undefined) return unhealthy(`${file} does not say where to listen: run ai-gw-lite check ${file}`);
  if (listener.port === 0) return unhealthy(`${file} listens on port 0, a free port: a health check needs a fixed one`);
  const closed = unreachable(listener, container);
  if (closed !== undefined && allowLoopback !== true) {
    return unhealthy(`${closed}, or add --allow-loopback if that is what you want`);
  }
  const url = `${localUrl(listener, listener.tls)}/healthz`;
  const answer = await statusOf(url, timeoutMs);
  if (listener.asksClients && answer === WANTS_CERTIFICATE) {
    io.stdout(`healthy: ${url} asks for a client certificate\n`);
    return 0;
  }
  if (answer !== 200) return unhealthy(`${url}: ${typeof answer === "number" ? `status ${answer}` : answer}`);
  io.stdout(`healthy: ${url}\n`);
  return 0;
}

/** The status of a GET, or the reason why there is none. */
function statusOf(url: string, timeoutMs: number): Promise<number | string> {
  return new Promise((resolve) => {
    // The certificate is not verified: it is made for the names that clients use, and nothing secret is sent. Without Node's own
    // agent, Node uses no proxy of the environment.
    const options = { agent: false, rejectUnauthorized: false, headers: { connection: "close" } };
    const request = (url.startsWith("https:") ? getHttps : getHttp)(url, options, (response) => {
      finish(response.statusCode ?? 0);
    });
    const timer = setTimeout(() => finish(`no answer within ${timeoutMs} ms`), timeoutMs);
    function finish(result: number | string): void {
      clearTimeout(timer);
      request.destroy();
      resolve(result);
    }
    // Destroying the request causes an error, too; by then the result is set.
    request.on("error", (err: NodeJS.ErrnoException) => finish(err.code ?? err.message));
  });
}
