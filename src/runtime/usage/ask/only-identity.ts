// Asks for an answer without a content coding, in which an event can be found (`usage.ask`; contract, section 13).

const ACCEPT_ENCODING = "accept-encoding";

/** @param headers names and values in turn. @returns the same with `accept-encoding: identity` in place of others */
export function onlyIdentity(headers: readonly string[]): string[] {
  const changed: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.toLowerCase() !== ACCEPT_ENCODING) changed.push(name, headers[i + 1] as string);
  }
  changed.push(ACCEPT_ENCODING, "identity");
  return changed;
}
