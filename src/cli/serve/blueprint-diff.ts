// What is different between two blueprints? What a reload says in its one line, and what it can't take up.

import type { Blueprint, RouteBlueprint, ServerSpec } from "../../plan/blueprint.ts";
import { Secret } from "../../plan/secret.ts";

/** Route ids, in the order of their files. */
export interface RouteChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Parts of the server that a swap takes up; all others were settled when the process started. */
const SWAPPED: ReadonlySet<keyof ServerSpec> = new Set(["shutdown", "watch", "tls"]);

/** The config keys behind the parts of the server, where the names differ. */
const CONFIG_KEY: Readonly<Record<string, string>> = {
  logging: "observability",
  metrics: "observability",
  tracing: "observability",
  tls: "inbound_tls",
};

export function routeChanges(before: Blueprint, after: Blueprint): RouteChanges {
  const old = new Map(before.routes.map((route) => [route.id, route]));
  const now = new Set(after.routes.map(({ id }) => id));
  const isOther = (route: RouteBlueprint): boolean => old.has(route.id) && !same(old.get(route.id), route);
  return {
    added: after.routes.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    removed: before.routes.filter(({ id }) => !now.has(id)).map(({ id }) => id),
    changed: after.routes.filter(isOther).map(({ id }) => id),
  };
}

/** The config keys whose change asks for a restart. @param started what the process was started with */
export function restartKeys(started: ServerSpec, wanted: ServerSpec): readonly string[] {
  const parts = Object.keys({ ...started, ...wanted }) as (keyof ServerSpec)[];
  const changed = parts.filter((part) => !SWAPPED.has(part) && !same(started[part], wanted[part]));
  // Other certificate files are taken up; speaking TLS or not is for the server's whole life.
  if ((started.tls === undefined) !== (wanted.tls === undefined)) changed.push("tls");
  return [...new Set(changed.map((part) => CONFIG_KEY[part] ?? part))];
}

/** Whether two pieces of data are equal, secrets by their values: a rotated key is a change. */
function same(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.reveal() === b.reveal();
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  const [ours, theirs] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    ours.length === theirs.size &&
    ours.every(([key, value]) => theirs.has(key) && same(value, theirs.get(key)))
  );
}
