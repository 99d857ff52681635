// Describes who is told when Redis goes and when it is back.

/** The first two are called once for each time. */
export interface StateNews {
  /** Redis is used: after the first connection, and each time it is back. */
  up(): void;
  /** Redis can't be used. @param cause a short text without secrets */
  away(cause: string): void;
  /** Redis was reached again, and has refused. Called once for each cause while it is away. */
  stillAway(cause: string): void;
}
