// Describes the connection to Redis: what runs scripts there, and how it says that Redis can't be used.

/** A Lua script. */
export interface Script {
  /** In camel case. */
  readonly name: string;
  readonly lua: string;
}

/** Redis can't be used: there is no connection, or a call was not answered in time. Its message holds no secret. */
export class RedisAway extends Error {
  /** Whether the script may have run, or may run later. */
  readonly mayHaveRun: boolean;

  constructor(cause: string, mayHaveRun: boolean) {
    super(cause);
    this.mayHaveRun = mayHaveRun;
  }
}

/**
 * Runs a script.
 * @returns what it returns
 * @throws RedisAway, as a rejection, after no longer than the time limit of a call
 */
export type RunScript = (
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

export interface RedisLink {
  /** Whether calls can be made now. While it is false, every call fails at once. */
  readonly up: boolean;
  readonly run: RunScript;
  /** Closes the connection. Calls that are under way fail. Never throws. */
  close(): Promise<void>;
}

export interface RedisEvents {
  /** Redis can be used: after the first connection, and each time it is back. */
  readonly onUp: () => void;
  /** Redis can't be used. Called once each time. @param cause a short text without secrets */
  readonly onAway: (cause: string) => void;
}
