// Defines what the compiler asks of its host: environment, files and time. So the compiler stays pure, and tests need no disk.

export type FileRead =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

export interface CompilerHost {
  /** The value of an environment variable; `undefined` when it is not set. */
  env(name: string): string | undefined;
  /**
   * Reads a whole file. Never throws and never blocks on a pipe or a device.
   * @param path a relative path starts at the working directory
   * @returns the bytes, or the reason why it can't be read, in a few words ("no such file")
   */
  readFile(path: string): FileRead;
  /** The time, ms since the epoch. Without it, expired certificates are not reported. */
  now?(): number;
}
