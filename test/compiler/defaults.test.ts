// Checks that the defaults in the code are those of the schema.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/compiler/schema/config.generated.ts";
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
  gateway_auth: { tokens: ["t"] },
  routes: [
    {
      id: "a",
      prefix: "/a",
      upstream: {
        base_url: "http://127.0.0.1:2",
        retry: { max_attempts: 2 },
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
};

function resolve(node: SchemaNode): SchemaNode {
  return node.$ref === undefined ? node : (SCHEMA.definitions[node.$ref.slice("#/definitions/".length)] ?? {});
}

/** Each default of the schema with its path. Of a list, those of its first item. */
function* schemaDefaults(node: SchemaNode, path: readonly string[]): Generator<[path: string, value: unknown]> {
  for (const [key, child] of Object.entries(resolve(node).properties ?? {})) {
    if (child.default !== undefined) yield [[...path, key].join("."), child.default];
    yield* schemaDefaults(child, [...path, key]);
    const items = resolve(child).items;
    if (items !== undefined && key === "routes") yield* schemaDefaults(items, [...path, key, "0"]);
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

  test("there is no default that the schema does not have", () => {
    const known = new Set(all.map(([path]) => path));
    const added = leaves(completed).filter(
      (path) =>
        at(SPARSE, path) === undefined &&
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
