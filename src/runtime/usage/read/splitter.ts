// Describes what splits a body into its events.

/** It takes any bytes, cut anywhere, keeps no chunk, and does not throw by itself. */
export interface Splitter {
  push(chunk: Buffer): void;
  /**
   * The body has ended.
   * @param complete it came whole
   * @returns whether all that the body reports is known
   */
  end(complete: boolean): boolean;
}
