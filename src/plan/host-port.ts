// Writes an address as `host:port`.

/** Puts an IPv6 address in brackets. @param host without brackets */
export function hostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
