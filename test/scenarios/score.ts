// Judges one scenario as Failover-Bench does (methodology v0.1): from what the caller saw and what the provider saw.

import type { Result } from "./caller.ts";
import type { Seen } from "./provider.ts";

/** What was measured in one scenario. Times are in seconds of the catalogue. */
export interface Measured {
  readonly result: Result;
  /** The requests for the scenario's own model, oldest first. */
  readonly primary: readonly Seen[];
  /** The requests for the fallback's model. */
  readonly fallback: readonly Seen[];
  readonly fallbackModel: string;
  /** A healthy call through the same gateway worked afterwards. */
  readonly aliveAfter: boolean;
  /** Only of a scenario with a sequence of calls. */
  readonly sequence?: Sequence;
}

export interface Sequence {
  /** When each call was sent, and how it ended. */
  readonly calls: readonly { readonly sentAtS: number; readonly result: Result }[];
  /** How long the provider was down. */
  readonly downS: number;
}

export interface Check {
  readonly name: string;
  /** An advisory check that fails makes `partial` of a `pass`; a required one makes `fail`. One for information changes nothing. */
  readonly weight: "required" | "advisory" | "information";
  readonly holds: (measured: Measured) => boolean;
}

/**
 * - `pass`: the caller got the whole answer, and every check holds
 * - `partial`: it did, but an advisory check does not hold
 * - `safe`: it did not, but got a clear error in time, and every required check holds
 * - `fail`: a hang, a part of an answer that looks whole, or a required check does not hold
 */
export type Verdict = "pass" | "partial" | "safe" | "fail";

export interface Score {
  readonly verdict: Verdict;
  /** The names of the checks that do not hold. Those for information are not among them. */
  readonly missed: readonly string[];
  /** The names of the checks for information that hold. */
  readonly noted: readonly string[];
}

/** @param ideal how the call should end for its caller */
export function scoreOf(ideal: "success" | "error", checks: readonly Check[], measured: Measured): Score {
  const { ended, complete } = measured.result;
  const failing = checks.filter(({ weight, holds }) => weight !== "information" && !holds(measured));
  const missed = failing.map(({ name }) => name);
  const noted = checks.filter(({ weight, holds }) => weight === "information" && holds(measured));
  const required = failing.some(({ weight }) => weight === "required");
  const truncated = ideal === "success" && ended === "success" && !complete;
  const verdict = (): Verdict => {
    if (ended === "hang" || truncated || required) return "fail";
    if (ideal === "error") return ended === "success" ? "partial" : "pass";
    if (ended !== "success") return "safe";
    return missed.length > 0 ? "partial" : "pass";
  };
  return { verdict: verdict(), missed, noted: noted.map(({ name }) => name) };
}

const check =
  (weight: Check["weight"]) =>
  (name: string, holds: Check["holds"]): Check => ({ name, weight, holds });

export const required = check("required");
export const advisory = check("advisory");
export const information = check("information");

export const ends: Check["holds"] = ({ result }) => result.ended !== "hang";

export const neverTruncated: Check["holds"] = ({ result }) => result.ended !== "success" || result.complete;

export const complete: Check["holds"] = ({ result }) => result.complete;

export const aliveAfter: Check["holds"] = ({ aliveAfter }) => aliveAfter;

export const hasUsage: Check["holds"] = ({ result }) => result.usage;

export const usedFallback: Check["holds"] = ({ fallback }) => fallback.length > 0;

export const namesFallback: Check["holds"] = ({ fallback, result, fallbackModel }) =>
  fallback.length === 0 || result.model === fallbackModel;

export const noPrefillError: Check["holds"] = ({ result, primary, fallback }) =>
  result.ended !== "error" || ![...primary, ...fallback].some(({ prefillRefused }) => prefillRefused);

export const within =
  (seconds: number): Check["holds"] =>
  ({ result }) =>
    result.ended !== "hang" && result.seconds <= seconds;

export const attempts =
  (least: number, most: number): Check["holds"] =>
  ({ primary }) =>
    primary.length >= least && primary.length <= most;

export const attemptsInFirst =
  (seconds: number, most: number): Check["holds"] =>
  ({ primary }) =>
    primary.filter(({ atS }) => atS - (primary[0]?.atS ?? 0) < seconds).length <= most;

export const firstGap =
  (seconds: number): Check["holds"] =>
  ({ primary: [first, second] }) =>
    first !== undefined && second !== undefined && second.atS - first.atS >= seconds;

const duringOutage = ({ sequence }: Measured) =>
  sequence?.calls.filter(({ sentAtS }) => sentAtS < sequence.downS).map(({ result }) => result) ?? [];

export const servedInOutage: Check["holds"] = (measured) => {
  const results = duringOutage(measured);
  return results.length > 0 && results.every(({ ended }) => ended === "success");
};

export const backWithin =
  (seconds: number): Check["holds"] =>
  ({ primary, sequence }) => {
    const again = primary.find(({ answered }) => answered);
    return again !== undefined && sequence !== undefined && again.atS - sequence.downS <= seconds;
  };

export const fewProbes: Check["holds"] = (measured) =>
  measured.primary.filter(({ atS }) => atS < (measured.sequence?.downS ?? 0)).length <= duringOutage(measured).length;
