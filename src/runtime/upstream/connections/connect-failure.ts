// Why was there no connection? What no socket says by itself: the time was over, or the outbound proxy would not.

/** The connect deadline of contract, section 4 ran out: told apart from every other failure by its type (fact F6). */
export class ConnectTimeout extends Error {}

/** The outbound proxy could not be reached, or said no. Holds what it said in a few words, never an address or a secret. */
export class ProxyFailure extends Error {
  readonly code: string;

  /** @param said follows `proxy`: "answered 407" */
  constructor(said: string) {
    super("outbound proxy failed");
    this.code = `proxy ${said}`;
  }
}
