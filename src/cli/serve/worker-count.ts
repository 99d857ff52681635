// Says how many processes serve.

import { availableParallelism } from "node:os";

/** @param workers the setting of the config. `auto`: as many as the machine runs at one time */
export function workerCount(workers: number | "auto"): number {
  return workers === "auto" ? availableParallelism() : workers;
}
