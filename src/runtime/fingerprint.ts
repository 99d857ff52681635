// Computes the fingerprint that distinguishes plans in the log.

import { createHash } from "node:crypto";
import type { Blueprint } from "../plan/blueprint.ts";

/** SHA-256 of the blueprint without its secrets, lower-case hex. Secrets and digests of secrets print as `[redacted]`. */
export function fingerprint(blueprint: Blueprint): string {
  return createHash("sha256").update(JSON.stringify(blueprint)).digest("hex");
}
