// Names a client of the config for counters. A token without a client is named by its hash, which no client can be called.

/** @param id the client's id in the config */
export function clientKey(id: string): string {
  return `client ${id}`;
}
