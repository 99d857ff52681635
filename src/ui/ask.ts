// What did the gateway answer to the page? Its summary, that the token is wrong, or nothing that can be used.

import { readSummary, type Summary } from "./summary.ts";

export type Answer =
  | { readonly kind: "summary"; readonly summary: Summary }
  | { readonly kind: "unauthorized" }
  /** No answer at all, or one that is no summary: then with its status. */
  | { readonly kind: "gone"; readonly status?: number };

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

/** A token goes into a header value: whatever else can't be one. */
export function isSendable(token: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(token);
}
