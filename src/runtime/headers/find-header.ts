// What did the client say under this name? Read from the raw list, the only view of headers there is (hazard P15).

/** All values of a header, in order. @param name lower-case */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i] as string;
    if (raw.length === name.length && raw.toLowerCase() === name) values.push(rawHeaders[i + 1] as string);
  }
  return values;
}

/** The value of a header that was sent exactly once. @param name lower-case */
export function onlyValue(rawHeaders: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i] as string;
    if (raw.length !== name.length || raw.toLowerCase() !== name) continue;
    if (value !== undefined) return undefined;
    value = rawHeaders[i + 1] as string;
  }
  return value;
}
