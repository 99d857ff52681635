// Describes the connection to Redis: what runs scripts there, and how it says that Redis can't be used.

/** A Lua script. */
export interface Script {
  /** In camel case. */
  readonly name: string;
  readonly lua: string;
}

/**
 * Redis did not do what a call asked: there is no connection, it did not answer in time, or it refused. Its message holds no secret and
 * no name of a key.
 */
export class RedisAway extends Error {
  /** Whether the script may have run, all of it or a part, or may run later. */
  readonly mayHaveRun: boolean;

  constructor(cause: string, mayHaveRun: boolean) {
    super(cause);
    this.mayHaveRun = mayHaveRun;
  }
}

/**
 * Runs a script.
 * @returns what it returns: texts, whole numbers, null, and lists of these
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
  /** Closes the connection. Calls that are under way fail. Can be repeated. Never throws. */
  close(): Promise<void>;
}

export interface RedisEvents {
  /** Redis can be used: after the first connection, and each time it is back. */
  readonly onUp: () => void;
  /** Redis can't be used. Called once each time. @param cause a short text without secrets */
  readonly onAway: (cause: string) => void;
  /** A later try has reached Redis, and Redis has refused for a reason that was not told yet. Called once for each cause while it is away. */
  readonly onStillAway: (cause: string) => void;
  /**
   * Redis can be used but refuses a call, and will refuse the like again. Called once for each cause, and again after some time.
   * @param cause a short text without secrets
   */
  readonly onRefused: (cause: string) => void;
}

/** Times in ms. */
export interface LinkTimes {
  /** The longest time that a new connection may take. It is never shorter than the time limit of a call. */
  readonly connect: number;
  /** The longest wait before the first try to reach Redis again. It doubles after each try. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** A connection that was not used for so long is tried with a call of our own. */
  readonly idle: number;
  /** After so long a cause of refusals is told again: the first line may be in a log that was thrown away. */
  readonly refusalAgain: number;
}
