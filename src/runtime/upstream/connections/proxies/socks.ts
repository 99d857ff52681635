// Opens a tunnel through a SOCKS5 proxy, which resolves the upstream's name itself (RFC 1928). Only this file imports socks.

import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type { SocksClient } from "socks";
import type { ProxySpec, UpstreamTarget } from "../../../../plan/forward.ts";
import { ProxyFailure } from "../failure.ts";

/** The reply codes of RFC 1928, section 6, by the names that the library gives them. */
const REPLY_CODES: ReadonlyMap<string, number> = new Map([
  ["Failure", 1],
  ["NotAllowed", 2],
  ["NetworkUnreachable", 3],
  ["HostUnreachable", 4],
  ["ConnectionRefused", 5],
  ["TTLExpired", 6],
  ["CommandNotSupported", 7],
  ["AddressNotSupported", 8],
]);

/**
 * Opens a tunnel on a connection to the proxy.
 * @param timeoutMs the caller's own deadline, ms; the library would take 30 s
 * @throws ProxyFailure with the proxy's reply
 */
export type SocksConnect = (
  socket: Socket,
  proxy: ProxySpec,
  target: UpstreamTarget,
  timeoutMs: number,
) => Promise<Socket>;

const require = createRequire(import.meta.url);

/** Loads the package. Called when an upstream with such a proxy is linked: a gateway without one starts faster. */
export function loadSocks(): SocksConnect {
  const { SocksClient: client }: { SocksClient: typeof SocksClient } = require("socks");
  return (...args) => socksConnect(client, ...args);
}

async function socksConnect(
  client: typeof SocksClient,
  socket: Socket,
  { hostname, port, credentials }: ProxySpec,
  target: UpstreamTarget,
  timeoutMs: number,
): Promise<Socket> {
  const user = credentials && { userId: credentials.username.reveal(), password: credentials.password.reveal() };
  try {
    const tunnel = await client.createConnection({
      command: "connect",
      proxy: { host: hostname, port, type: 5, ...user },
      destination: { host: target.hostname, port: target.port },
      existing_socket: socket,
      timeout: timeoutMs,
    });
    return tunnel.socket;
  } catch (err) {
    // The library's error holds the password, so only the proxy's reply is passed on.
    throw new ProxyFailure(causeOf(err));
  }
}

/** What the proxy replied, without secrets. */
function causeOf(err: unknown): string {
  const message = err instanceof Error ? err.message : "";
  const name = / - (\w+)$/.exec(message)?.[1] ?? "";
  const code = REPLY_CODES.get(name);
  if (code !== undefined) return `answered SOCKS reply ${code} (${name})`;
  if (/authentication/i.test(message)) return "refused the SOCKS authentication";
  return /closed/i.test(message) ? "closed in the SOCKS handshake" : "failed in the SOCKS handshake";
}
