// Computes the fingerprint that distinguishes plans in the log.

import { createHash } from "node:crypto";
import type { Blueprint } from "../plan/blueprint.ts";

/**
 * SHA-256 of the blueprint without its secrets, lower-case hex. Secrets and digests of secrets print as `[redacted]`. What routes
 * share, such as the list of all tokens, is written for the first of them only: it can be long.
 */
export function fingerprint(blueprint: Blueprint): string {
  const seen = new Map<unknown, number>();
  const text = JSON.stringify(blueprint, (key, value: unknown) => {
    if (key !== "spec") return value;
    const first = seen.get(value);
    if (first !== undefined) return first;
    seen.set(value, seen.size);
    return value;
  });
  return createHash("sha256").update(text).digest("hex");
}
