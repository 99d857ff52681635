// Checks that the defaults in the code are those of the schema.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Config, Retry } from "../../src/compiler/schema/config.generated.ts";
import { complete } from "../../src/compiler/schema/defaults.ts";

interface SchemaNode {
  readonly $ref?: string;
  readonly default?: unknown;
  readonly properties?: { readonly [key: string]: SchemaNode };
  readonly items?: SchemaNode;
}

const SCHEMA = JSON.parse(
  readFileSync(new URL("../../schema/config.schema.json", import.meta.url), "utf8"),
) as SchemaNode & { readonly definitions: { readonly [name: string]: SchemaNode } };

/** A config with every optional section, but without the keys that have a default. */
const SPARSE: Config = {
  listen: "127.0.0.1:1",
  gateway_auth: {},
  routes: [
    {
      id: "a",
      prefix: "/a",
      upstream: {
        base_url: "http://127.0.0.1:2",
        retry: {},
        proxy: { protocol: "http", address: "127.0.0.1:3" },
      },
    },
  ],
  inbound_tls: {},
  cors: {},
  rate_limit: {},
  concurrency: { queue: {} },
  observability: { logging: { file: {} }, metrics: {}, tracing: { otlp: { endpoint: "http://127.0.0.1:4" } } },
  errors: {},
  reload: {},
  shutdown: {},
  state: { redis: { url: "redis://127.0.0.1:5" } },
};

function resolve(node: SchemaNode): SchemaNode {
  const steps = node.$ref?.slice("#/definitions/".length).split("/");
  return steps === undefined ? node : steps.reduce<SchemaNode>(child, SCHEMA.definitions as SchemaNode);
}

function child(node: SchemaNode, key: string): SchemaNode {
  return (node as Readonly<Record<string, SchemaNode>>)[key] ?? {};
}

/**
 * Each default of the schema with its path in a complete config. Of a list, those of its first item. There the upstream of a
 * route is the first of its members. The defaults of a pool's upstreams are those of `upstream`, and have tests of their own.
 */
function* schemaDefaults(node: SchemaNode, path: readonly string[]): Generator<[path: string, value: unknown]> {
  for (const [key, inner] of Object.entries(resolve(node).properties ?? {})) {
    const at = key === "upstream" && path[0] === "routes" ? [...path, "members", "0", key] : [...path, key];
    if (inner.default !== undefined) yield [at.join("."), inner.default];
    yield* schemaDefaults(inner, at);
    const items = resolve(inner).items;
    if (items !== undefined && key === "routes") yield* schemaDefaults(items, [...at, "0"]);
  }
}

function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

describe("defaults", () => {
  const completed = complete(SPARSE);
  const all = [...schemaDefaults(SCHEMA, [])];

  test("the schema has some", () => {
    expect(all.length).toBeGreaterThan(30);
  });

  test.each(all)("%s", (path, value) => {
    expect(at(completed, path)).toEqual(value);
  });

  test("a pool retries by default, at as many upstreams as it has", () => {
    const item = (n: number) => ({ id: `u${n}`, base_url: "http://127.0.0.1:2" });
    const retryOf = (count: number, retry?: Retry) => {
      const upstreams = Array.from({ length: count }, (_, n) => item(n));
      const route = { id: "a", prefix: "/a", upstreams, ...(retry && { upstream: { retry } }) };
      const [made] = complete({ ...SPARSE, routes: [route] }).routes;
      const all = made?.members.map(({ upstream }) => upstream.retry) ?? [];
      for (const one of all) expect(one).toEqual(all[0]);
      return all[0];
    };
    const words = ["connect_error", "429", "503", "529", "401", "402", "quota"];
    expect(retryOf(1)).toBeUndefined();
    expect(retryOf(1, {})).toMatchObject({ max_attempts: 3, retry_on: words.slice(0, 4) });
    expect(retryOf(2)).toEqual({
      max_attempts: 2,
      retry_on: words,
      max_body_bytes: 1_048_576,
      backoff_ms: 200,
      max_backoff_ms: 5000,
      tell_clients: false,
    });
    expect(retryOf(9)).toMatchObject({ max_attempts: 5 });
    expect(retryOf(3, { backoff_ms: 1 })).toMatchObject({ max_attempts: 3, retry_on: words, backoff_ms: 1 });
    expect(retryOf(3, { retry_on: ["reset"] })).toMatchObject({ max_attempts: 3, retry_on: ["reset"] });
    expect(retryOf(3, { max_attempts: 1 })).toMatchObject({ max_attempts: 1, retry_on: words });
  });

  test("a client is enabled, and has no scope and no limit", () => {
    const client = { id: "a", tokens: ["t"] };
    expect(complete({ ...SPARSE, gateway_auth: { clients: [client] } }).gateway_auth).toEqual({
      tokens: [],
      token_sources: [{ type: "authorization_bearer" }],
      clients: [{ ...client, enabled: true }],
    });
  });

  test("there is no default that the schema does not have", () => {
    const known = new Set(all.map(([path]) => path));
    // Not keys of the config: what the compiler notes about a route.
    const noted = ["routes.0.pooled"];
    const written = (path: string) => at(SPARSE, path.replace(".members.0.upstream", ".upstream"));
    const added = leaves(completed).filter(
      (path) =>
        at(completed, path) !== undefined &&
        written(path) === undefined &&
        !noted.includes(path) &&
        !known.has(path.replace(/\.0(\..*)?$/, (whole) => (known.has(path) ? whole : ""))),
    );
    expect(added.filter((path) => !known.has(path) && ![...known].some((one) => path.startsWith(`${one}.`)))).toEqual(
      [],
    );
  });

  test("a written value wins over the default", () => {
    const written = complete({ ...SPARSE, shutdown: { grace_ms: 5, drain_timeout_ms: 0 }, cors: { enabled: true } });
    expect(written.shutdown).toEqual({ grace_ms: 5, drain_timeout_ms: 0 });
    expect(written.cors.enabled).toBe(true);
  });
});

function leaves(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== "object" || value === null) return [path.join(".")];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, [...path, key]));
}
