// Checks whether a text can be sent as a token. This needs no browser, so it can be tested without one.

/** Returns false for what cannot be part of a header value: only printable ASCII can, without spaces at the ends. */
export function isSendable(token: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(token);
}
