// Walks over the parts of a config that several rules check: every upstream, and the repeated items of a list.

import type { Path } from "../diagnostics/location.ts";
import { type BaseUrl, readBaseUrl } from "../lower/base-url.ts";
import type { CompleteConfig, CompleteRoute, CompleteUpstream } from "../schema/defaults.ts";

export interface UpstreamVisit {
  readonly upstream: CompleteUpstream;
  readonly baseUrl: BaseUrl;
  /** The path of the upstream in the config. */
  readonly path: Path;
  /** The path of one of its keys, or of a part of its value: in the route, or in `upstream_defaults` where the value comes from there. */
  pathOf(key: keyof CompleteUpstream, ...inside: (string | number)[]): Path;
  readonly route: CompleteRoute;
  /** The index of the route. */
  readonly index: number;
}

/** The upstreams of a config, kept while the config is checked: reading 10,000 URLs once for each rule would take seconds. */
const VISITS = new WeakMap<CompleteConfig, readonly UpstreamVisit[]>();

/** Every upstream of the config. */
export function eachUpstream(config: CompleteConfig): readonly UpstreamVisit[] {
  const visits = VISITS.get(config) ?? config.routes.map(visitOf);
  VISITS.set(config, visits);
  return visits;
}

function visitOf(route: CompleteRoute, index: number): UpstreamVisit {
  const path = ["routes", index, "upstream"];
  const pathOf: UpstreamVisit["pathOf"] = (key, ...inside) => [
    ...(route.inherited.has(key) ? ["upstream_defaults"] : path),
    key,
    ...inside,
  ];
  return { upstream: route.upstream, baseUrl: readBaseUrl(route.upstream.base_url), path, pathOf, route, index };
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
