// Warns at start when Node.js is past its end of life, when too few file descriptors are allowed, or when nothing outside a
// container can reach the gateway.

import { readFileSync } from "node:fs";
import type { ServerSpec } from "../../plan/blueprint.ts";
import type { LogFields } from "../../runtime/observe/logs/log.ts";
import { containerSign, SURROUNDINGS, unreachable } from "../container.ts";

/** The source of the dates below, which were entered in November 2026. A release that is not listed gets no warning. */
const RELEASE_SCHEDULE = "https://github.com/nodejs/release#release-schedule";

/** The day from which a release of Node.js gets no more security fixes, by major version. */
const END_OF_LIFE: ReadonlyMap<number, string> = new Map([
  [20, "2026-04-30"],
  [21, "2024-06-01"],
  [22, "2027-04-30"],
  [23, "2025-06-01"],
  [24, "2028-04-30"],
  [25, "2026-06-01"],
  [26, "2029-04-30"],
]);

/** The release line that the gateway is tested with. */
const WANTED = 24;

/** An exchange needs two descriptors, and files need some. With fewer than this they soon run out. */
const ENOUGH_DESCRIPTORS = 4096;

export interface ProcessFacts {
  /** The version of Node.js, such as `22.23.2`. */
  readonly node: string;
  /** How many files and sockets may be open at once; `undefined` where that is not known. */
  readonly descriptors: number | undefined;
  /** What shows that the process runs in a container, if it does. */
  readonly container: string | undefined;
}

/** One line for the log. */
export interface Warning {
  readonly fields: LogFields;
  readonly message: string;
}

/**
 * The warnings to log when the gateway starts.
 * @param now ms since the epoch
 */
export function startupWarnings(
  { node, descriptors, container }: ProcessFacts,
  { listen }: Pick<ServerSpec, "listen">,
  now: number,
): Warning[] {
  const warnings: Warning[] = [];
  const endOfLife = END_OF_LIFE.get(Number.parseInt(node, 10));
  if (endOfLife !== undefined && now >= Date.parse(endOfLife)) {
    warnings.push({
      fields: { node, end_of_life: endOfLife, source: RELEASE_SCHEDULE },
      message: `this Node.js release gets no more security fixes: use Node.js ${WANTED} or another supported release`,
    });
  }
  if (descriptors !== undefined && descriptors < ENOUGH_DESCRIPTORS) {
    warnings.push({
      fields: { descriptors, wanted: ENOUGH_DESCRIPTORS },
      message: "too few file descriptors: raise the limit (LimitNOFILE, ulimit -n)",
    });
  }
  const closed = unreachable(listen, container);
  if (closed !== undefined) warnings.push({ fields: { container }, message: closed });
  return warnings;
}

/** The facts of the running process. */
export function processFacts(): ProcessFacts {
  return { node: process.versions.node, descriptors: descriptorLimit(), container: containerSign(SURROUNDINGS) };
}

/** The soft limit, which Node has already raised to the hard limit. Only Linux shows it in a file. */
function descriptorLimit(): number | undefined {
  try {
    const found = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
