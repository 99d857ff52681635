// Passes the lines of a worker's output on. While they can't be written as fast as they come, the worker's output waits in its pipe.

import type { Readable } from "node:stream";
import { LineSplitter } from "./line-splitter.ts";

export interface LineTarget {
  /** @param line without its line feed */
  write(line: string): void;
  /** How much waits to be written, characters. */
  held(): number;
}

export interface RelayLimits {
  /** With more than this waiting to be written, no more output is read, characters. */
  readonly full: number;
  /** How often to look whether enough was written to go on, ms. */
  readonly lookMs: number;
  /**
   * After this time without any progress all is read again, ms. What can't be written is then lost as in a single process: a full disk,
   * or one of two targets that is stuck, must not stop a worker.
   */
  readonly patienceMs: number;
}

const LIMITS: RelayLimits = { full: 4 * 1024 * 1024, lookMs: 10, patienceMs: 5000 };

/**
 * Passes lines on until the output ends. A last part without a line feed is dropped: its process was killed while it wrote.
 * @returns a function to call when the process has ended: what waits then is little, and is read at once
 */
export function relayLines(from: Readable, to: LineTarget, limits: RelayLimits = LIMITS): () => void {
  const splitter = new LineSplitter();
  let state: "reading" | "waiting" | "stuck" | "ended" = "reading";
  let timer: NodeJS.Timeout | undefined;
  let least = 0;
  let since = 0;

  const goOn = (next: "reading" | "stuck"): void => {
    state = next;
    from.resume();
  };
  const look = (): void => {
    const held = to.held();
    const now = performance.now();
    if (held <= limits.full) return goOn("reading");
    if (held < least) {
      least = held;
      since = now;
    }
    if (now - since >= limits.patienceMs) return goOn("stuck");
    timer = setTimeout(look, limits.lookMs);
  };
  from.on("data", (bytes: Buffer) => {
    if (state === "stuck" && to.held() <= limits.full) state = "reading";
    for (const line of splitter.push(bytes)) to.write(line);
    if (state !== "reading" || to.held() <= limits.full) return;
    state = "waiting";
    from.pause();
    least = to.held();
    since = performance.now();
    timer = setTimeout(look, limits.lookMs);
  });
  from.on("error", () => {});
  return () => {
    clearTimeout(timer);
    state = "ended";
    from.resume();
  };
}
