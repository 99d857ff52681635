// Compares two blueprints: which routes a reload changed, and which changes need a restart.

import { isDeepStrictEqual } from "node:util";
import type { Blueprint, RouteBlueprint, ServerSpec } from "../../plan/blueprint.ts";
import { Secret } from "../../plan/secret.ts";
import type { Step } from "../../plan/steps.ts";

/** Route ids, in the order of their config files. */
export interface RouteChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** The parts of the server that a reload can change. All others are fixed when the process starts. */
const RELOADABLE: ReadonlySet<keyof ServerSpec> = new Set(["shutdown", "watch", "tls", "sendTimeoutMs"]);

/** The config keys behind the parts of the server, where the names differ. */
const CONFIG_KEY: Readonly<Record<string, string>> = {
  logging: "observability",
  metrics: "observability",
  tracing: "observability",
  tls: "inbound_tls",
  ledger: "usage.ledger",
  redis: "state.redis",
};

/** The routes that differ between two blueprints. A route counts as changed also when only a secret of it has another value. */
export function routeChanges(before: Blueprint, after: Blueprint): RouteChanges {
  const old = new Map(before.routes.map((route) => [route.id, route]));
  const now = new Set(after.routes.map(({ id }) => id));
  const isSameRoute = routeComparison();
  const hasChanged = (route: RouteBlueprint): boolean => {
    const earlier = old.get(route.id);
    return earlier !== undefined && !isSameRoute(earlier, route);
  };
  return {
    added: after.routes.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    removed: before.routes.filter(({ id }) => !now.has(id)).map(({ id }) => id),
    changed: after.routes.filter(hasChanged).map(({ id }) => id),
  };
}

/**
 * The config keys whose change needs a restart.
 * @param started the server spec that the process was started with
 * @param wanted the server spec of the new config
 */
export function restartKeys(started: ServerSpec, wanted: ServerSpec): readonly string[] {
  const parts = Object.keys({ ...started, ...wanted }) as (keyof ServerSpec)[];
  const changed = parts.filter((part) => !RELOADABLE.has(part) && !isSame(started[part], wanted[part]));
  // A reload can change the certificate files. Whether the server speaks TLS is fixed for its lifetime.
  if ((started.tls === undefined) !== (wanted.tls === undefined)) changed.push("tls");
  // The same holds for whether clients must show a certificate.
  if ((started.tls?.clientCaPath === undefined) !== (wanted.tls?.clientCaPath === undefined)) changed.push("tls");
  return [...new Set(changed.map((part) => CONFIG_KEY[part] ?? part))];
}

/**
 * The server spec of a process after a reload: what a reload can change is new, the rest is as at its start.
 * @param started the server spec that the process was started with
 * @param wanted the server spec of the new config
 */
export function withReloaded(started: ServerSpec, wanted: ServerSpec): ServerSpec {
  const { shutdown, watch, sendTimeoutMs } = wanted;
  const tls = started.tls && (wanted.tls ?? started.tls);
  return { ...started, shutdown, watch, sendTimeoutMs, tls };
}

/**
 * Makes the function that compares routes. Routes share the data of a step, such as the list of all tokens. It is compared once:
 * for ten thousand clients and a hundred routes, anything else would stop the gateway for seconds.
 */
function routeComparison(): (a: RouteBlueprint, b: RouteBlueprint) => boolean {
  const known = new Map<object, Map<object, boolean>>();
  const isSameStep = (a: Step, b: Step | undefined): boolean => {
    if (a.kind !== b?.kind) return false;
    const compared = known.get(a.spec) ?? new Map<object, boolean>();
    known.set(a.spec, compared);
    const same = compared.get(b.spec) ?? isSame(a.spec, b.spec);
    compared.set(b.spec, same);
    return same;
  };
  return ({ steps: a, ...restOfA }, { steps: b, ...restOfB }) =>
    a.length === b.length && isSame(restOfA, restOfB) && a.every((step, index) => isSameStep(step, b[index]));
}

function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(withRevealedSecrets(a), withRevealedSecrets(b));
}

/** A copy with the raw values of its secrets. A deep comparison can't see the private field of a `Secret`. */
export function withRevealedSecrets(data: unknown): unknown {
  if (data instanceof Secret) return data.reveal();
  if (Array.isArray(data)) return data.map(withRevealedSecrets);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, withRevealedSecrets(value)]));
}
