// Walks over the parts of a config that several rules check: every upstream, every route, every pool, and the repeated items of a list.

import type { Path } from "../diagnostics/location.ts";
import { type BaseUrl, readBaseUrl } from "../lower/base-url.ts";
import type { CompleteConfig, CompleteMember, CompleteRoute } from "../schema/defaults.ts";

export interface UpstreamVisit {
  readonly upstream: CompleteMember["upstream"];
  readonly baseUrl: BaseUrl;
  /** The path of the upstream in the config: the route's `upstream`, or an item of its `upstreams`. */
  readonly path: Path;
  /**
   * The path of one of its keys, or of a part of its value. A value that the upstream shares with others is in the route's
   * `upstream` or in `upstream_defaults`.
   */
  pathOf(key: keyof CompleteMember["upstream"], ...inside: (string | number)[]): Path;
  /** Whether the value of a key comes from `upstream_defaults`. */
  inherits(key: keyof CompleteMember["upstream"]): boolean;
  /** The upstreams of the route that take the value of a key from the same place, this one included. */
  sharing(key: keyof CompleteMember["upstream"]): readonly UpstreamVisit[];
  readonly route: CompleteRoute;
  /** The index of the route. */
  readonly index: number;
  /** The index of the upstream in its pool; 0 without a pool. */
  readonly member: number;
}

const MISSING: BaseUrl = Object.freeze({ ok: false, why: "is missing" });

interface Visits {
  readonly all: readonly UpstreamVisit[];
  readonly byRoute: readonly (readonly UpstreamVisit[])[];
}

/** The upstreams of a config, kept while the config is checked: reading 10,000 URLs once for each rule would take seconds. */
const VISITS = new WeakMap<CompleteConfig, Visits>();

/** Every upstream of the config. */
export function eachUpstream(config: CompleteConfig): readonly UpstreamVisit[] {
  return visitsOf(config).all;
}

/** Every route of the config, as the list of its upstreams: one, or those of its pool. */
export function eachRoute(config: CompleteConfig): readonly (readonly UpstreamVisit[])[] {
  return visitsOf(config).byRoute;
}

/** Every route with more than one upstream. */
export function eachPool(config: CompleteConfig): readonly (readonly UpstreamVisit[])[] {
  return eachRoute(config).filter(({ length }) => length > 1);
}

function visitsOf(config: CompleteConfig): Visits {
  const kept = VISITS.get(config);
  if (kept !== undefined) return kept;
  const byRoute = config.routes.map(visitsOfRoute);
  const visits = { all: byRoute.flat(), byRoute };
  VISITS.set(config, visits);
  return visits;
}

function visitsOfRoute(route: CompleteRoute, index: number): readonly UpstreamVisit[] {
  const shared = ["routes", index, "upstream"];
  const shares = new Map<string, readonly UpstreamVisit[]>();
  const visits: UpstreamVisit[] = route.members.map(({ upstream, sources }, member) => {
    const path = route.pooled ? ["routes", index, "upstreams", member] : shared;
    const placeOf = { item: path, route: shared, defaults: ["upstream_defaults"] };
    return {
      upstream,
      baseUrl: upstream.base_url === undefined ? MISSING : readBaseUrl(upstream.base_url),
      path,
      pathOf: (key, ...inside) => [...placeOf[sources.get(key) ?? (route.pooled ? "item" : "route")], key, ...inside],
      inherits: (key) => sources.get(key) === "defaults",
      sharing(key) {
        const source = sources.get(key);
        if (visits.length === 1 || source === undefined || source === "item") return visits.slice(member, member + 1);
        const kept = shares.get(`${source} ${key}`);
        const sharing = kept ?? visits.filter((_, other) => route.members[other]?.sources.get(key) === source);
        shares.set(`${source} ${key}`, sharing);
        return sharing;
      },
      route,
      index,
      member,
    };
  });
  return visits;
}

/**
 * Whether something is true for each upstream that takes the value of a key from the same place: a value that has no effect on one
 * upstream may have one on another. It is `true` for the first of them only, so that there is one finding.
 */
export function forAllSharing(
  visit: UpstreamVisit,
  key: keyof CompleteMember["upstream"],
  holds: (visit: UpstreamVisit) => boolean,
): boolean {
  if (!holds(visit)) return false;
  const sharing = visit.sharing(key);
  return sharing[0] === visit && sharing.every(holds);
}

/** The part of the prefix that stays in the path of upstream requests. */
export function keptPrefix({ upstream, route }: UpstreamVisit): string {
  return upstream.strip_prefix || route.prefix === "/" ? "" : route.prefix;
}

/** The items of a list that have the same key as an earlier item. @param keyOf `undefined` leaves an item out */
export function* eachDuplicate<T>(
  items: readonly T[],
  keyOf: (item: T, index: number) => string | undefined,
): Generator<{ readonly index: number; readonly first: number }> {
  const seen = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item, index);
    if (key === undefined) continue;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else yield { index, first };
  }
}
