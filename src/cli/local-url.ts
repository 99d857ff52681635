// Makes the URL at which this machine reaches a listening address.

/** An address that stands for all addresses of the machine, and the loopback address to use instead, as a URL spells them. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "[::]": "[::1]" };

/**
 * The URL of a listening address, without a path.
 * @param host an IPv6 address without its brackets
 */
export function localUrl({ host, port }: { readonly host: string; readonly port: number }, tls: boolean): string {
  const bracketed = host.includes(":") ? `[${host}]` : host;
  const url = new URL(`${tls ? "https" : "http"}://${bracketed}`);
  // The spelling of a URL is the shortest one, so that `0:0::0` is found, too.
  return `${url.protocol}//${LOOPBACK_OF[url.hostname] ?? url.hostname}:${port}`;
}
