// How is a tunnel asked for at a SOCKS5 proxy? By the host's name, which the proxy resolves (RFC 1928). The door of socks.

import type { Socket } from "node:net";
import { SocksClient } from "socks";
import type { ProxySpec, UpstreamTarget } from "../../../../plan/forward.ts";
import { ProxyFailure } from "../connect-failure.ts";

/** RFC 1928, section 6, in the words of the library. */
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
 * @param timeoutMs the caller's own deadline: the library has one of 30 s otherwise
 * @throws ProxyFailure with the proxy's reply
 */
export async function socksConnect(
  socket: Socket,
  { hostname, port, credentials }: ProxySpec,
  target: UpstreamTarget,
  timeoutMs: number,
): Promise<Socket> {
  const user = credentials && { userId: credentials.username.reveal(), password: credentials.password.reveal() };
  try {
    const tunnel = await SocksClient.createConnection({
      command: "connect",
      proxy: { host: hostname, port, type: 5, ...user },
      destination: { host: target.hostname, port: target.port },
      existing_socket: socket,
      timeout: timeoutMs,
    });
    return tunnel.socket;
  } catch (err) {
    // The library's error holds the password: only what the proxy said leaves here.
    throw new ProxyFailure(said(err));
  }
}

function said(err: unknown): string {
  const message = err instanceof Error ? err.message : "";
  const name = / - (\w+)$/.exec(message)?.[1] ?? "";
  const code = REPLY_CODES.get(name);
  if (code !== undefined) return `answered SOCKS reply ${code} (${name})`;
  if (/authentication/i.test(message)) return "refused the SOCKS authentication";
  return /closed/i.test(message) ? "closed in the SOCKS handshake" : "failed in the SOCKS handshake";
}
