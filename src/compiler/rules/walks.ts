// Walks over the parts of a config that several rules check: every upstream, and the repeated items of a list.

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
  readonly route: CompleteRoute;
  /** The index of the route. */
  readonly index: number;
  /** The index of the upstream in its pool; 0 without a pool. */
  readonly member: number;
}

const MISSING: BaseUrl = Object.freeze({ ok: false, why: "is missing" });

/** The upstreams of a config, kept while the config is checked: reading 10,000 URLs once for each rule would take seconds. */
const VISITS = new WeakMap<CompleteConfig, readonly UpstreamVisit[]>();

/** Every upstream of the config. */
export function eachUpstream(config: CompleteConfig): readonly UpstreamVisit[] {
  const visits = VISITS.get(config) ?? config.routes.flatMap(visitsOf);
  VISITS.set(config, visits);
  return visits;
}

function visitsOf(route: CompleteRoute, index: number): UpstreamVisit[] {
  return route.members.map(({ upstream, sources }, member) => {
    const shared = ["routes", index, "upstream"];
    const path = route.pooled ? ["routes", index, "upstreams", member] : shared;
    const placeOf = { item: path, route: shared, defaults: ["upstream_defaults"] };
    return {
      upstream,
      baseUrl: upstream.base_url === undefined ? MISSING : readBaseUrl(upstream.base_url),
      path,
      pathOf: (key, ...inside) => [...placeOf[sources.get(key) ?? (route.pooled ? "item" : "route")], key, ...inside],
      inherits: (key) => sources.get(key) === "defaults",
      route,
      index,
      member,
    };
  });
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
