// Makes the URL at which this machine reaches a listening address.

import { hostPort } from "../plan/host-port.ts";

interface Address {
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** An address that stands for all addresses of the machine, and the loopback address to use instead, as a URL spells them. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "[::]": "[::1]" };

/** The URL of a listening address, without a path. */
export function localUrl(address: Address, tls: boolean): string {
  // The spelling of a URL is the shortest one, so that `0:0::0` is found, too.
  const { protocol, hostname } = new URL(`${tls ? "https" : "http"}://${hostPort(address)}`);
  return `${protocol}//${LOOPBACK_OF[hostname] ?? hostname}:${address.port}`;
}
