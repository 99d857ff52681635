// Which text can be a token? Only what can be sent: the gateway need not be asked about the rest.

/** A token goes into a header value: whatever else can't be one. */
export function isSendable(token: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(token);
}
