// Finds proxy variables of the environment that no upstream uses, although other programs on this machine do.

import { isLoopback, proxyVariables } from "../../compiler/index.ts";
import type { Blueprint } from "../../plan/blueprint.ts";

export interface UnusedProxy {
  /** The variables that are set. Their values may hold passwords, so only their names are shown. */
  readonly variables: readonly string[];
  /** The routes with an upstream whose requests would go through these proxies. */
  readonly routes: readonly string[];
}

/**
 * The proxy variables that are set but not used by any upstream (contract, section 2, `proxy`); `undefined` when there are none.
 * @param withoutProxy the upstreams that say nothing about a proxy: their ids, by the id of their route. One that says `none` has
 *   decided
 * @param env the environment
 * @param asked whether the compiler has read a variable, for `proxy: env` or for a `${…}`
 */
export function unusedProxy(
  { routes }: Pick<Blueprint, "routes">,
  withoutProxy: ReadonlyMap<string, ReadonlySet<string>>,
  env: (name: string) => string | undefined,
  asked: (name: string) => boolean,
): UnusedProxy | undefined {
  const variables = new Set<string>();
  const affected: string[] = [];
  for (const { id, forward } of routes) {
    const silent = withoutProxy.get(id);
    const reached = forward.upstreams.filter((upstream) => silent?.has(upstream.id));
    const set = reached
      .filter(({ target }) => !isLoopback(target.hostname))
      .flatMap(({ target }) => proxyVariables(target))
      .filter((name) => (env(name)?.trim() ?? "") !== "" && !asked(name));
    if (set.length === 0) continue;
    for (const name of set) variables.add(name);
    affected.push(id);
  }
  return affected.length === 0 ? undefined : { variables: [...variables], routes: affected };
}
