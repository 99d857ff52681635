// Writes a listening address as `host:port`, and as the URL at which this machine reaches it.

interface Address {
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** An address that stands for all addresses of the machine, and the loopback address to use instead, as a URL spells them. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "[::]": "[::1]" };

/** The address with an IPv6 address in brackets. */
export function hostPort({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The URL of a listening address, without a path. */
export function localUrl(address: Address, tls: boolean): string {
  // The spelling of a URL is the shortest one, so that `0:0::0` is found, too.
  const { protocol, hostname } = new URL(`${tls ? "https" : "http"}://${hostPort(address)}`);
  return `${protocol}//${LOOPBACK_OF[hostname] ?? hostname}:${address.port}`;
}
