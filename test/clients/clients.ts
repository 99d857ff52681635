// Writes the clients of a test's config, and the header line with which each of them asks.

import type { ConfigParts } from "../support/config.ts";

/** The token of a client in these tests. @param n the number of the token, where a client has several */
export function tokenOf(client: string, n = 1): string {
  return `token-${n}-of-${client}-4be1`;
}

/** The header line with which a client asks. */
export function as(client: string, n = 1): string {
  return `Authorization: Bearer ${tokenOf(client, n)}`;
}

/** The keys of each client in flow style, by its id. A client without `tokens` has one, which `tokenOf` gives. */
export type Clients = Readonly<Record<string, string>>;

/** Lines at the top of the config, directly after those of `gateway_auth`, to which they belong. */
export function clientLines(clients: Clients): string[] {
  const rows = Object.entries(clients).map(([id, keys]) => {
    const tokens = keys.includes("tokens:") ? "" : `tokens: [${tokenOf(id)}], `;
    return `    - {id: ${id}, ${tokens}${keys}}`;
  });
  return ["  clients:", ...rows];
}

/** The lines of a further route to the same upstream. */
export function routeLines(id: string, base: string): string[] {
  return [`  - {id: ${id}, prefix: /${id}, upstream: {base_url: "${base}"}}`];
}

/** A config whose clients may be told by a test. */
export function withClients(parts: ConfigParts, clients: Clients): ConfigParts {
  return { ...parts, top: [...clientLines(clients), ...(parts.top ?? [])] };
}
