// Is this a sound place to run a gateway in? What is worth a word when the process starts: an unsafe Node, too few descriptors.

import { readFileSync } from "node:fs";
import type { LogFields } from "../../runtime/observe/logs/log.ts";

interface KnownFlaw {
  readonly cve: string;
  /** What it is about, and what of it the gateway mends itself. */
  readonly about: string;
  /** First safe release of each line that got a mend. Every other line that is no newer has none. */
  readonly fixed: readonly string[];
  /** Where this is told. */
  readonly source: string;
}

/**
 * Flaws of Node that concern a proxy. The gateway is built to be safe on all of them; a warning is due because the next one will
 * find the same line unmended.
 */
const KNOWN_FLAWS: readonly KnownFlaw[] = [
  {
    cve: "CVE-2026-58044",
    about: "a body's length can be hidden behind 1,000 headers",
    fixed: ["22.23.2", "24.18.1", "26.5.1"],
    source: "https://nodejs.org/en/blog/vulnerability/july-2026-security-releases",
  },
  {
    cve: "CVE-2026-21710",
    about: "a header named __proto__ throws in a getter",
    fixed: ["20.20.2", "22.22.2", "24.14.1"],
    source: "https://nodejs.org/en/blog/vulnerability/march-2026-security-releases",
  },
];

/** Two for each exchange under way, and some for files: fewer are soon used up. */
const ENOUGH_DESCRIPTORS = 4096;

export interface ProcessFacts {
  /** As `process.versions.node` says it. */
  readonly node: string;
  /** How many files and sockets may be open; `undefined` where nobody says. */
  readonly descriptors: number | undefined;
}

export interface Warning {
  readonly fields: LogFields;
  readonly message: string;
}

export function startupWarnings({ node, descriptors }: ProcessFacts): Warning[] {
  const warnings: Warning[] = KNOWN_FLAWS.filter(({ fixed }) => !isFixed(node, fixed)).map((flaw) => ({
    fields: { node, cve: flaw.cve, about: flaw.about, fixed: flaw.fixed, source: flaw.source },
    message: "this Node has a known flaw that concerns a proxy: run a supported line",
  }));
  if (descriptors !== undefined && descriptors < ENOUGH_DESCRIPTORS) {
    warnings.push({
      fields: { descriptors, wanted: ENOUGH_DESCRIPTORS },
      message: "few file descriptors: raise the limit (LimitNOFILE, ulimit -n)",
    });
  }
  return warnings;
}

/** What this process runs in. */
export function processFacts(): ProcessFacts {
  return { node: process.versions.node, descriptors: descriptorLimit() };
}

/** A release is safe when it is at or past the mend of its own line, or of a newer line than all that were mended. */
function isFixed(node: string, fixed: readonly string[]): boolean {
  const own = numbers(node);
  const lines = fixed.map(numbers);
  const mend = lines.find(([major]) => major === own[0]);
  return mend === undefined ? lines.every(([major]) => own[0] > major) : !isBefore(own, mend);
}

type Release = readonly [major: number, minor: number, patch: number];

function numbers(version: string): Release {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return [major, minor, patch];
}

function isBefore(a: Release, b: Release): boolean {
  return a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2];
}

/** The soft limit, which Node has raised to the hard one by now. Linux tells; elsewhere nobody does without a child process. */
function descriptorLimit(): number | undefined {
  try {
    const found = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
