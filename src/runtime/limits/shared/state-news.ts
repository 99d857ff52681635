// Describes who is told when Redis goes and when it is back.

/** Each is called once for each time. */
export interface StateNews {
  /** Redis is used: after the first connection, and each time it is back. */
  up(): void;
  /** Redis can't be used. @param cause a short text without secrets */
  away(cause: string): void;
}
