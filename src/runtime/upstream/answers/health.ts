// Says what the end of an attempt means for the health of its upstream in a pool (contract, section 14, "Cooling").

import type { Happened } from "../retry.ts";

/**
 * Why an upstream cools, in words that log, summary and dashboard show: a 429 with a time, or a limit that is used up;
 * a 503 or 529 with a time; the account's quota is spent; the gateway's key is refused; too many failures in a row.
 */
export const COOLING_REASONS = ["rate limit", "overloaded", "quota", "refused key", "failures"] as const;

export type CoolingReason = (typeof COOLING_REASONS)[number];

/** The upstream cools from now on. */
export interface Cooling {
  /** `longest`: for the longest time that the pool allows. */
  readonly coolMs: number | "longest";
  readonly reason: CoolingReason;
}

/** `fine` ends a row of failures, `failed` counts as one. */
export type Health = "fine" | "failed" | Cooling;

/** The longest time that an upstream cools because it said so. */
const MAX_TOLD_MS = 3_600_000;

/**
 * What an attempt says about its upstream. Not for attempts that the client ended, or that failed because of its request.
 * @param injectsKey the gateway shows a key of its own, so that a refused key or a spent quota is not the client's
 */
export function healthOf(happened: Happened, injectsKey: boolean): Health {
  const { status, word, toldMs, usedUpMs, quota } = happened;
  // Without an answer, or with an answer of 200 that failed in its body.
  if (status === undefined || (status < 300 && word !== undefined)) return "failed";
  if (injectsKey && (quota || status === 402)) return { coolMs: "longest", reason: "quota" };
  if (injectsKey && status === 401) return { coolMs: "longest", reason: "refused key" };
  if (quota) return "fine";
  const told = byStatus(status, toldMs);
  return typeof told === "string" && usedUpMs !== undefined ? { coolMs: usedUpMs, reason: "rate limit" } : told;
}

function byStatus(status: number, toldMs: number | undefined): Health {
  if (toldMs !== undefined && toldMs > 0) {
    const coolMs = Math.min(toldMs, MAX_TOLD_MS);
    if (status === 429) return { coolMs, reason: "rate limit" };
    if (status === 503 || status === 529) return { coolMs, reason: "overloaded" };
  }
  return status === 429 || status >= 500 ? "failed" : "fine";
}
