// How is the gateway asked for its summary? With the token, once, and whatever comes of it is told as one of three things.

import type { Answer } from "./answer.ts";
import { readSummary } from "./summary.ts";

/** A gateway that takes longer is as good as gone, ms. */
const ANSWER_WITHIN_MS = 10_000;

/**
 * Asks for the summary once. Never throws.
 * @param url of the summary; relative to the page, so that a proxy may move both
 * @param signal ends the asking early; the answer is `gone` then
 */
export async function askSummary(url: string, token: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    if (response.status === 401) return { kind: "unauthorized" };
    const { status } = response;
    if (!response.ok) return { kind: "gone", status };
    const summary = readSummary(await response.json().catch(() => undefined));
    return summary === undefined ? { kind: "gone", status } : { kind: "summary", summary };
  } catch {
    return { kind: "gone" };
  }
}
