// Connects to an upstream through an outbound proxy: connects to the proxy, opens the tunnel, then sets up TLS with the upstream
// if it uses TLS. One deadline limits all of this.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";
import type { ProxySpec, UpstreamTarget } from "../../../../plan/forward.ts";
import { ConnectTimeout, ProxyFailure } from "../failure.ts";
import { serverName, type UpstreamTls } from "../upstream-tls.ts";
import { httpConnect } from "./http-connect.ts";
import { loadSocks } from "./socks.ts";

/** Opens connections through the proxy. */
export interface Dialer {
  /**
   * @returns the connection, ready for HTTP
   * @throws ConnectTimeout, ProxyFailure, or the error of the TLS handshake with the upstream
   */
  dial(): Promise<Socket>;
  /** Cancels all connections that are not ready yet. */
  stop(): void;
}

/**
 * Makes the dialer of one upstream.
 * @param tls the settings for TLS with the upstream; `undefined` where it uses plain HTTP
 * @param connectTimeoutMs longest time for all stages together, ms
 * @param attemptMs longest attempt for one address of the proxy, where it has several, ms
 */
export function tunnelThrough(
  proxy: ProxySpec,
  target: UpstreamTarget,
  tls: UpstreamTls | undefined,
  connectTimeoutMs: number,
  attemptMs: number,
): Dialer {
  // For TLS with the proxy. One context for all connections: otherwise each builds its own, which only garbage collection frees.
  const context = createSecureContext();
  const pending = new Set<Socket>();
  const socksConnect = proxy.protocol === "socks:" ? loadSocks() : undefined;

  async function open(first: Socket): Promise<Socket> {
    await reached(first, proxy);
    const tunnel =
      socksConnect === undefined
        ? await httpConnect(first, proxy, target)
        : await socksConnect(first, proxy, target, connectTimeoutMs);
    return tls === undefined ? tunnel : secured(tunnel, target.hostname, tls);
  }

  return {
    async dial() {
      const first = connectTo(proxy, context, attemptMs);
      pending.add(first);
      const deadline = expiry(connectTimeoutMs);
      try {
        return await Promise.race([open(first), deadline.expired]);
      } catch (err) {
        first.destroy();
        throw err;
      } finally {
        deadline.stop();
        pending.delete(first);
      }
    },
    stop() {
      for (const socket of pending) socket.destroy(new ProxyFailure("connection given up"));
    },
  };
}

function connectTo({ protocol, hostname, port }: ProxySpec, context: SecureContext, attemptMs: number): Socket {
  const common = { host: hostname, port, noDelay: true, keepAlive: true, autoSelectFamilyAttemptTimeout: attemptMs };
  const socket =
    protocol === "https:"
      ? connectTls({ ...common, secureContext: context, servername: serverName(hostname) })
      : connect(common);
  // Between two stages there is no error listener for a moment; an error then would end the process.
  return socket.on("error", () => {});
}

async function reached(socket: Socket, { protocol }: ProxySpec): Promise<void> {
  try {
    await once(socket, protocol === "https:" ? "secureConnect" : "connect");
  } catch (err) {
    throw new ProxyFailure((err as NodeJS.ErrnoException).code ?? "not reached");
  }
}

async function secured(tunnel: Socket, hostname: string, tls: UpstreamTls): Promise<Socket> {
  const socket = connectTls({ socket: tunnel, host: hostname, ...tls, ALPNProtocols: ["http/1.1"] });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  return socket;
}

function expiry(ms: number): { readonly expired: Promise<never>; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ConnectTimeout("connect timeout")), ms);
  });
  return { expired, stop: () => clearTimeout(timer) };
}
