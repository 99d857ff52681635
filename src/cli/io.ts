// What does a command touch of the world? The one place that turns the process into values, so that tests can pass others.

import { readFileSync } from "node:fs";

export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  env(name: string): string | undefined;
  /** @throws what `fs` throws */
  readFile(path: string): Uint8Array;
  /** Colours are wanted on standard output. */
  readonly colour: boolean;
}

export function processIo(): Io {
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env: (name) => process.env[name],
    readFile: (path) => readFileSync(path === "-" ? 0 : path),
    colour: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
  };
}
