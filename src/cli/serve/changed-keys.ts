// Compares the keys of two configs, and names those that differ. Values are never shown: they may be secrets.

import type { ConfigKeys } from "../../compiler/index.ts";
import { Digest } from "../../plan/secret.ts";

/** A log line names at most this many keys. */
const MAX_SHOWN = 50;

/**
 * The paths of the keys that were added, removed or changed, such as `routes[openai].upstream.base_url`. Of a mapping that was
 * added or removed, only its own path is named. After the first 50 paths, one more entry says how many are left out.
 */
export function changedKeys(before: ConfigKeys, after: ConfigKeys): readonly string[] {
  const paths = differences(before, after, "").map((path) => path.replace(/^\./, ""));
  if (paths.length <= MAX_SHOWN) return paths;
  return [...paths.slice(0, MAX_SHOWN), `… and ${paths.length - MAX_SHOWN} more`];
}

function differences(before: ConfigKeys | undefined, after: ConfigKeys | undefined, path: string): string[] {
  if (before === undefined || after === undefined) return [path];
  if (before instanceof Digest || after instanceof Digest) return isSame(before, after) ? [] : [path];
  const names = new Set([...after.keys(), ...before.keys()]);
  return [...names].flatMap((name) => differences(before.get(name), after.get(name), `${path}${name}`));
}

function isSame(a: ConfigKeys, b: ConfigKeys): boolean {
  return a instanceof Digest && b instanceof Digest && a.reveal() === b.reveal();
}
