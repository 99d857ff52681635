// What may the compiler ask of the world? Two questions, so that it stays pure and tests need no disk.

export type FileRead =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

export interface CompilerHost {
  /** The value of an environment variable; `undefined` when it is not set. */
  env(name: string): string | undefined;
  /**
   * Reads a whole file. Never throws and never blocks on a pipe or a device.
   * @param path relative paths are taken from the working directory
   * @returns the bytes, or why not in a few words ("no such file")
   */
  readFile(path: string): FileRead;
  /** ms since the epoch. Without it nothing is said of what has expired. */
  now?(): number;
}
