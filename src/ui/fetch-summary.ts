// Fetches the gateway's summary once and reports one of three results: the data, a refused token, or no usable response.

import { readSummary, type SummaryResult } from "./summary.ts";

/** The gateway counts as unavailable after this time, ms. */
const TIMEOUT_MS = 10_000;

/**
 * Fetches the summary once. Never throws.
 * @param url address of the summary, relative to the page
 * @param token metrics token, sent in the `authorization` header
 * @param signal cancels the request; the result is then `unavailable`
 */
export async function fetchSummary(url: string, token: string, signal: AbortSignal): Promise<SummaryResult> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.status === 401) return { kind: "unauthorized" };
    const { status } = response;
    if (!response.ok) return { kind: "unavailable", status };
    const summary = readSummary(await response.json().catch(() => undefined));
    return summary === undefined ? { kind: "unavailable", status } : { kind: "summary", summary };
  } catch {
    return { kind: "unavailable" };
  }
}
