// Reads `host:port` texts, and recognizes addresses of this machine.

export interface Address {
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`; `undefined` when the text has another format or the port is larger than 65535. */
export function readAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** Whether a host is always this machine: `localhost`, 127.0.0.0/8, `::1`. @param host without brackets */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  if (/^127(?:\.\d{1,3}){3}$/.test(name)) return true;
  return /^(?:0{0,4}:){2,7}0{0,3}1$/.test(name) || /^::ffff:(?:127\.|7f)/.test(name);
}

/** Whether a text is an IPv4 or an IPv6 address, not a name. @param host without brackets */
export function isIpAddress(host: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || /^[\da-f:.]*:[\da-f:.]*$/i.test(host);
}

/** Whether a host is an address of a private network (RFC 1918, RFC 4193). @param host without brackets */
export function isPrivate(host: string): boolean {
  return /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)[\d.]+$/.test(host) || /^f[cd][\da-f]{2}:/i.test(host);
}
