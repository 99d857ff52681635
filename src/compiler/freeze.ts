// How is a plan made immutable, and how are two told apart?

import { createHash } from "node:crypto";
import type { Blueprint } from "../plan/blueprint.ts";

/** Freezes an object and all it holds. Maps would stay mutable (fact F8): there must be none. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) freeze(child);
  return Object.freeze(value);
}

/** Keys whose values are made from a secret: a changed secret leaves the fingerprint equal. */
const FROM_SECRETS: ReadonlySet<string> = new Set(["sha256", "keySha256", "label"]);

/** SHA-256 of the blueprint less its secrets, lower-case hex. */
export function fingerprint(blueprint: Blueprint): string {
  const text = JSON.stringify(blueprint, (key, value: unknown) => (FROM_SECRETS.has(key) ? "[redacted]" : value));
  return createHash("sha256").update(text).digest("hex");
}
