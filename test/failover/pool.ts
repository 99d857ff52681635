// Starts the upstreams of a test, and a gateway with one route to them: to one, or to a pool of `a`, `b`, `c`.

import type { ConfigParts } from "../support/config.ts";
import type { TestGateway, TestGatewayOptions } from "../support/gateway.ts";
import type { Scene } from "../support/scene.ts";
import { type Play, type Script, type ScriptedUpstream, scriptedUpstream } from "../support/scripted-upstream.ts";
import { closedPort } from "../support/upstream.ts";
import { BOUND } from "./bodies.ts";

/** An upstream whose port is closed. */
export const CLOSED = "closed";

export interface PoolParts {
  /** What each upstream plays. A shared script is played by whichever is asked. */
  readonly upstreams: readonly (typeof CLOSED | readonly Play[] | Script)[];
  /** Keys of `retry`, in flow style. `undefined`: those of `RETRY`; `null`: no `retry` at all. */
  readonly retry?: string | null;
  /** Further lines under the route's `upstream`. */
  readonly shared?: readonly string[];
  /** Further keys of each item of `upstreams`, in flow style. */
  readonly items?: readonly string[];
  /** Lines of the route, such as `sticky: {by: client}`. */
  readonly route?: readonly string[];
  /** Lines at the top of the file. */
  readonly top?: readonly string[];
}

/** Short waits, and a small bound of what is kept. */
export const RETRY = `max_body_bytes: ${BOUND}, backoff_ms: 1, max_backoff_ms: 400`;

export const IDS = ["a", "b", "c"] as const;

/** The upstream key of an upstream. */
export function keyOf(index: number): string {
  return `upstream-key-${IDS[index]}`;
}

/** One upstream of a test: `undefined` where the port is closed. */
export type Asked = ScriptedUpstream | undefined;

/** The config of a route to these upstreams. With one, and no keys for its item, the route has no list. */
export function poolConfig(urls: readonly string[], parts: Omit<PoolParts, "upstreams">): ConfigParts {
  const { retry = RETRY, shared = [], items = [], route = [], top = [] } = parts;
  const members = urls.map((url, index) => {
    const more = items[index] === undefined ? "" : `, ${items[index]}`;
    const key = `inject_headers: [{name: authorization, value: Bearer ${keyOf(index)}}]`;
    return `      - {id: ${IDS[index]}, base_url: "${url}", ${key}${more}}`;
  });
  const pool = urls.length > 1 || items.length > 0 ? ["    upstreams:", ...members] : [];
  return {
    base: urls[0] ?? "",
    upstream: [...(retry === null ? [] : [`retry: {${retry}}`]), ...shared],
    more: [...route.map((line) => `    ${line}`), ...pool],
    top,
  };
}

export interface StartedPool {
  readonly gateway: TestGateway;
  readonly upstreams: readonly Asked[];
  /** The upstream at a place of the list. @throws Error for a closed port */
  upstream(index: number): ScriptedUpstream;
  /** How many attempts each upstream has got. A closed port has got none. */
  counts(): number[];
}

/** Starts upstreams and gateway. */
export async function startPool(scene: Scene, parts: PoolParts, options?: TestGatewayOptions): Promise<StartedPool> {
  const upstreams: Asked[] = [];
  for (const plays of parts.upstreams) {
    upstreams.push(plays === CLOSED ? undefined : await scriptedUpstream(scene, plays));
  }
  const urls: string[] = [];
  for (const upstream of upstreams) urls.push(upstream?.url ?? `http://127.0.0.1:${await closedPort()}`);
  const gateway = await scene.gateway(poolConfig(urls, parts), options);
  return {
    gateway,
    upstreams,
    upstream: (index) => {
      const upstream = upstreams[index];
      if (upstream === undefined) throw new Error(`upstream ${index} is a closed port`);
      return upstream;
    },
    counts: () => upstreams.map((upstream) => upstream?.attempts.length ?? 0),
  };
}
